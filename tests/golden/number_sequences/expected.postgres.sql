SELECT (SELECT coalesce(max('{"numberSequences":' || q11.c0 || '}'), 'null') AS coalesce_1 
FROM (SELECT (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM counter AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.kind >= 'number:' AND t4.kind < 'number;') || ',"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t5.account_id, t5.kind 
FROM counter AS t5 
WHERE t5.account_id = $1::VARCHAR COLLATE "C" AND t5.kind >= 'number:' AND t5.kind < 'number;' ORDER BY t5.kind ASC 
 LIMIT 1 OFFSET 1)) THEN 'true' ELSE 'false' END || ',"endCursor":' || coalesce(CAST(CAST('[' || coalesce(string_agg(p2.c0, ','), '') || ']' AS JSON) -> -1 AS TEXT), 'null') || '},"nodes":[' || coalesce(string_agg(p2.c1, ','), '') || ']}' AS anon_1 
FROM (SELECT '"' || upper(encode(convert_to('Account.numberSequences|[' || coalesce(CAST(to_json(CAST(t3.kind AS TEXT)) AS TEXT), 'null') || ']', 'UTF8'), 'hex')) || '"' AS c0, '{"prefix":' || coalesce(CAST(to_json(CAST(substr(t3.kind, 8) AS TEXT)) AS TEXT), 'null') || ',"first":' || coalesce(CAST((SELECT min(n6.number_sequence) AS min_1 
FROM invoice AS n6 
WHERE n6.account_id = t3.account_id AND n6.number_prefix = substr(t3.kind, 8)) AS TEXT), 'null') || ',"last":' || coalesce(CAST((SELECT max(n7.number_sequence) AS max_1 
FROM invoice AS n7 
WHERE n7.account_id = t3.account_id AND n7.number_prefix = substr(t3.kind, 8)) AS TEXT), 'null') || ',"issued":' || CAST((SELECT count(n8.number_sequence) AS count_2 
FROM invoice AS n8 
WHERE n8.account_id = t3.account_id AND n8.number_prefix = substr(t3.kind, 8)) AS TEXT) || ',"skipped":' || CAST(t3.skipped AS TEXT) || ',"gaps":' || CAST((SELECT (t3.value - t3.skipped) - count(DISTINCT CASE WHEN (n9.number_sequence BETWEEN 1 AND t3.value) THEN n9.number_sequence END) AS anon_2 
FROM invoice AS n9 
WHERE n9.account_id = t3.account_id AND n9.number_prefix = substr(t3.kind, 8)) AS TEXT) || ',"voided":' || CAST((SELECT count(CASE WHEN (n10.status = 'VOID') THEN n10.number_sequence END) AS count_3 
FROM invoice AS n10 
WHERE n10.account_id = t3.account_id AND n10.number_prefix = substr(t3.kind, 8)) AS TEXT) || ',"nextNumber":' || coalesce(CAST(to_json(CAST((substr(t3.kind, 8) || '-') || lpad(CAST(t3.value + 1 AS TEXT), greatest(4, length(CAST(t3.value + 1 AS TEXT))), '0') AS TEXT)) AS TEXT), 'null') || '}' AS c1 
FROM counter AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.kind >= 'number:' AND t3.kind < 'number;' ORDER BY t3.kind ASC 
 LIMIT 1) AS p2) AS c0 
FROM account AS t1 
WHERE t1.account_id = $1::VARCHAR COLLATE "C" 
 LIMIT 1) AS q11) AS c0

SELECT (SELECT coalesce(max('{"numberSequences":' || q11.c0 || '}'), 'null') AS coalesce_1 
FROM (SELECT (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM counter AS t4 
WHERE t4.account_id = :account_id AND t4.kind >= 'number:' AND t4.kind < 'number;') || ',"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t5.account_id, t5.kind 
FROM counter AS t5 
WHERE t5.account_id = :account_id AND t5.kind >= 'number:' AND t5.kind < 'number;' ORDER BY t5.kind ASC
 LIMIT 1 OFFSET :a1_0)) THEN 'true' ELSE 'false' END || ',"endCursor":' || coalesce(('[' || coalesce(group_concat(p2.c0, ','), '') || ']') -> '$[#-1]', 'null') || '},"nodes":[' || coalesce(group_concat(p2.c1, ','), '') || ']}' AS anon_1 
FROM (SELECT '"' || hex('Account.numberSequences|[' || json_quote(t3.kind) || ']') || '"' AS c0, '{"prefix":' || json_quote(substr(t3.kind, 8)) || ',"first":' || coalesce((SELECT min(n6.number_sequence) AS min_1 
FROM invoice AS n6 
WHERE n6.account_id = t3.account_id AND n6.number_prefix = substr(t3.kind, 8)), 'null') || ',"last":' || coalesce((SELECT max(n7.number_sequence) AS max_1 
FROM invoice AS n7 
WHERE n7.account_id = t3.account_id AND n7.number_prefix = substr(t3.kind, 8)), 'null') || ',"issued":' || (SELECT count(n8.number_sequence) AS count_2 
FROM invoice AS n8 
WHERE n8.account_id = t3.account_id AND n8.number_prefix = substr(t3.kind, 8)) || ',"skipped":' || t3.skipped || ',"gaps":' || (SELECT (t3.value - t3.skipped) - count(DISTINCT CASE WHEN (n9.number_sequence BETWEEN 1 AND t3.value) THEN n9.number_sequence END) AS anon_2 
FROM invoice AS n9 
WHERE n9.account_id = t3.account_id AND n9.number_prefix = substr(t3.kind, 8)) || ',"voided":' || (SELECT count(CASE WHEN (n10.status = 'VOID') THEN n10.number_sequence END) AS count_3 
FROM invoice AS n10 
WHERE n10.account_id = t3.account_id AND n10.number_prefix = substr(t3.kind, 8)) || ',"nextNumber":' || json_quote((substr(t3.kind, 8) || '-') || printf('%04d', t3.value + 1)) || '}' AS c1 
FROM counter AS t3 
WHERE t3.account_id = :account_id AND t3.kind >= 'number:' AND t3.kind < 'number;' ORDER BY t3.kind ASC
 LIMIT :a1_0 OFFSET :param_1) AS p2) AS c0 
FROM account AS t1 
WHERE t1.account_id = :account_id
 LIMIT 1 OFFSET :param_2) AS q11) AS c0

SELECT (SELECT '{"edges":[' || coalesce(string_agg(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS ((SELECT t3.account_id, t3.id, t3.due_at 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.due_at, t3.id) > ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t3.due_at ASC NULLS LAST, t3.id ASC 
 LIMIT 10 + 1) UNION ALL (SELECT t3.account_id, t3.id, t3.due_at 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND t3.due_at IS NULL ORDER BY t3.due_at ASC NULLS LAST, t3.id ASC 
 LIMIT 10 + 1) ORDER BY due_at ASC NULLS LAST, id ASC 
 LIMIT 1 OFFSET 10)) THEN 'true' ELSE 'false' END || '}}' AS anon_1 
FROM (SELECT '{"cursor":"' || upper(encode(convert_to('Query.invoices:DUE_AT:ASC|[' || coalesce(CAST(to_json(CAST(t2.due_at AS TEXT)) AS TEXT), 'null') || ',' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ']', 'UTF8'), 'hex')) || '","node":{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ',"dueAt":' || coalesce(('"' || t2.due_at) || '"', 'null') || '}}' AS c0 
FROM ((SELECT t4.account_id AS account_id, t4.id AS id, t4.due_at AS due_at 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.due_at, t4.id) > ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t4.due_at ASC NULLS LAST, t4.id ASC 
 LIMIT 10) UNION ALL (SELECT t4.account_id AS account_id, t4.id AS id, t4.due_at AS due_at 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND t4.due_at IS NULL ORDER BY t4.due_at ASC NULLS LAST, t4.id ASC 
 LIMIT 10) ORDER BY due_at ASC NULLS LAST, id ASC 
 LIMIT 10) AS k5 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = $1::VARCHAR COLLATE "C" AND t2.id = k5.id ORDER BY t2.due_at ASC NULLS LAST, t2.id ASC) AS p1) AS c0

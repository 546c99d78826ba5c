SELECT (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.total >= $2::BIGINT OR (t3.due_at IS NULL) IS NOT true) AND t3.status = any(array((SELECT chosen.value 
FROM (SELECT e.ordinality AS key, e.value FROM json_array_elements_text(CAST($3 AS JSON)) WITH ORDINALITY AS e(value, ordinality)) AS chosen)))) || ',"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t4.account_id, t4.id 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.total >= $4::BIGINT OR (t4.due_at IS NULL) IS NOT true) AND t4.status = any(array((SELECT chosen.value 
FROM (SELECT e.ordinality AS key, e.value FROM json_array_elements_text(CAST($5 AS JSON)) WITH ORDINALITY AS e(value, ordinality)) AS chosen))) ORDER BY t4.created_at DESC, t4.id DESC 
 LIMIT 1 OFFSET 5)) THEN 'true' ELSE 'false' END || ',"hasPreviousPage":' || CASE WHEN false THEN 'true' ELSE 'false' END || '}}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ',"status":' || coalesce(('"' || t2.status) || '"', 'null') || '}' AS c0 
FROM (SELECT t5.account_id AS account_id, t5.id AS id 
FROM invoice AS t5 
WHERE t5.account_id = $1::VARCHAR COLLATE "C" AND t5.expires_at IS NULL AND t5.test_clock_id IS NULL AND (t5.total >= $6::BIGINT OR (t5.due_at IS NULL) IS NOT true) AND t5.status = any(array((SELECT chosen.value 
FROM (SELECT e.ordinality AS key, e.value FROM json_array_elements_text(CAST($7 AS JSON)) WITH ORDINALITY AS e(value, ordinality)) AS chosen))) ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 5) AS k6 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = $1::VARCHAR COLLATE "C" AND t2.id = k6.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0

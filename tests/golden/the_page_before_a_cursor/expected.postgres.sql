SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT 1 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.created_at, t3.id) <= ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 1 OFFSET 0)) THEN 'true' ELSE 'false' END || ',"hasPreviousPage":' || CASE WHEN (EXISTS (SELECT t4.account_id, t4.id 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.created_at, t4.id) > ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t4.created_at ASC, t4.id ASC 
 LIMIT 1 OFFSET 1)) THEN 'true' ELSE 'false' END || '}}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM (SELECT t5.account_id AS account_id, t5.id AS id 
FROM invoice AS t5 
WHERE t5.account_id = $1::VARCHAR COLLATE "C" AND t5.expires_at IS NULL AND t5.test_clock_id IS NULL AND (t5.created_at, t5.id) > ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t5.created_at ASC, t5.id ASC 
 LIMIT 1) AS k6 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = $1::VARCHAR COLLATE "C" AND t2.id = k6.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0

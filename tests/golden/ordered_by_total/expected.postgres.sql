SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ',"total":' || CAST(t2.total AS TEXT) || '}' AS c0 
FROM (SELECT t3.account_id AS account_id, t3.id AS id 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL ORDER BY t3.total DESC, t3.id DESC 
 LIMIT 3) AS k4 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = $1::VARCHAR COLLATE "C" AND t2.id = k4.id ORDER BY t2.total DESC, t2.id DESC) AS p1) AS c0

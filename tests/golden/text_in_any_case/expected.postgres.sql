SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"name":' || coalesce(CAST(to_json(CAST(t2.name AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM (SELECT t3.account_id AS account_id, t3.id AS id 
FROM customer AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.test_clock_id IS NULL AND t3.name_key LIKE ('%' || replace(replace(replace($2, '\', '\\'), '%', '\%'), '_', '\_') || '%') ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 10) AS k4 LEFT OUTER JOIN customer AS t2 ON t2.account_id = $1::VARCHAR COLLATE "C" AND t2.id = k4.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"customerName":' || coalesce(CAST(to_json(CAST(t2.customer_name AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM (SELECT t3.account_id AS account_id, t3.id AS id 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND t3.customer_name_key LIKE ('%' || replace(replace(replace($3, '\', '\\'), '%', '\%'), '_', '\_') || '%') ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 10) AS k4 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = $1::VARCHAR COLLATE "C" AND t2.id = k4.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c1

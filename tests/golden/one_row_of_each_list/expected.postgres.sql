SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice_item AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c1, (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_3 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice_payment AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c2, (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0 || p1.c1 || '}', ','), '') || ']}' AS anon_4 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ',"invoices":' AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p3.c0 || p3.c1 || '}', ','), '') || ']}' AS anon_5 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t4.id AS TEXT)) AS TEXT), 'null') || ',"events":' AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p5.c0, ','), '') || ']}' AS anon_6 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t6.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM event AS t6 
WHERE t6.account_id = $1::VARCHAR COLLATE "C" AND t6.invoice_id = t4.id ORDER BY t6.sequence ASC 
 LIMIT 1) AS p5) AS c1 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.customer_id = t2.id ORDER BY t4.created_at DESC, t4.id DESC 
 LIMIT 1) AS p3) AS c1 
FROM customer AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c3, (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_7 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM event AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" ORDER BY t2.sequence ASC 
 LIMIT 1) AS p1) AS c4

SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p3.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t4.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice_item AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.test_clock_id IS NULL ORDER BY t4.created_at DESC, t4.id DESC 
 LIMIT 1) AS p3) AS c1, (SELECT '{"nodes":[' || coalesce(string_agg(p5.c0, ','), '') || ']}' AS anon_3 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t6.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice_payment AS t6 
WHERE t6.account_id = $1::VARCHAR COLLATE "C" ORDER BY t6.created_at DESC, t6.id DESC 
 LIMIT 1) AS p5) AS c2, (SELECT '{"nodes":[' || coalesce(string_agg(p7.c0 || p7.c1 || '}', ','), '') || ']}' AS anon_4 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t8.id AS TEXT)) AS TEXT), 'null') || ',"invoices":' AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p9.c0 || p9.c1 || '}', ','), '') || ']}' AS anon_5 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t10.id AS TEXT)) AS TEXT), 'null') || ',"events":' AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p11.c0, ','), '') || ']}' AS anon_6 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t12.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM event AS t12 
WHERE t12.account_id = $1::VARCHAR COLLATE "C" AND t12.invoice_id = t10.id ORDER BY t12.sequence ASC 
 LIMIT 1) AS p11) AS c1 
FROM invoice AS t10 
WHERE t10.account_id = $1::VARCHAR COLLATE "C" AND t10.expires_at IS NULL AND t10.customer_id = t8.id ORDER BY t10.created_at DESC, t10.id DESC 
 LIMIT 1) AS p9) AS c1 
FROM customer AS t8 
WHERE t8.account_id = $1::VARCHAR COLLATE "C" AND t8.test_clock_id IS NULL ORDER BY t8.created_at DESC, t8.id DESC 
 LIMIT 1) AS p7) AS c3, (SELECT '{"nodes":[' || coalesce(string_agg(p13.c0, ','), '') || ']}' AS anon_7 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t14.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM event AS t14 
WHERE t14.account_id = $1::VARCHAR COLLATE "C" ORDER BY t14.sequence ASC 
 LIMIT 1) AS p13) AS c4

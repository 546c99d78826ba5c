SELECT (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t2.id) || '}' AS c0 
FROM invoice AS t2 
WHERE t2.account_id = :account_id AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a0_0 OFFSET :param_1) AS p1) AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"id":' || json_quote(t2.id) || '}' AS c0 
FROM invoice_item AS t2 
WHERE t2.account_id = :account_id AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a1_0 OFFSET :param_2) AS p1) AS c1, (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_3 
FROM (SELECT '{"id":' || json_quote(t2.id) || '}' AS c0 
FROM invoice_payment AS t2 
WHERE t2.account_id = :account_id ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a2_0 OFFSET :param_3) AS p1) AS c2, (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0 || p1.c1 || '}', ','), '') || ']}' AS anon_4 
FROM (SELECT '{"id":' || json_quote(t2.id) || ',"invoices":' AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p3.c0 || p3.c1 || '}', ','), '') || ']}' AS anon_5 
FROM (SELECT '{"id":' || json_quote(t4.id) || ',"events":' AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p5.c0, ','), '') || ']}' AS anon_6 
FROM (SELECT '{"id":' || json_quote(t6.id) || '}' AS c0 
FROM event AS t6 
WHERE t6.account_id = :account_id AND t6.invoice_id = t4.id ORDER BY t6.sequence ASC
 LIMIT :a16_0 OFFSET :param_4) AS p5) AS c1 
FROM invoice AS t4 
WHERE t4.account_id = :account_id AND t4.expires_at IS NULL AND t4.customer_id = t2.id ORDER BY t4.created_at DESC, t4.id DESC
 LIMIT :a13_0 OFFSET :param_5) AS p3) AS c1 
FROM customer AS t2 
WHERE t2.account_id = :account_id AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a3_0 OFFSET :param_6) AS p1) AS c3, (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_7 
FROM (SELECT '{"id":' || json_quote(t2.id) || '}' AS c0 
FROM event AS t2 
WHERE t2.account_id = :account_id ORDER BY t2.sequence ASC
 LIMIT :a4_0 OFFSET :param_7) AS p1) AS c4

SELECT (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t2.id) || '}' AS c0 
FROM invoice AS t2 
WHERE t2.account_id = :account_id AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a0_0 OFFSET :param_1) AS p1) AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p3.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"id":' || json_quote(t4.id) || '}' AS c0 
FROM invoice_item AS t4 
WHERE t4.account_id = :account_id AND t4.test_clock_id IS NULL ORDER BY t4.created_at DESC, t4.id DESC
 LIMIT :a1_0 OFFSET :param_2) AS p3) AS c1, (SELECT '{"nodes":[' || coalesce(group_concat(p5.c0, ','), '') || ']}' AS anon_3 
FROM (SELECT '{"id":' || json_quote(t6.id) || '}' AS c0 
FROM invoice_payment AS t6 
WHERE t6.account_id = :account_id ORDER BY t6.created_at DESC, t6.id DESC
 LIMIT :a2_0 OFFSET :param_3) AS p5) AS c2, (SELECT '{"nodes":[' || coalesce(group_concat(p7.c0 || p7.c1 || '}', ','), '') || ']}' AS anon_4 
FROM (SELECT '{"id":' || json_quote(t8.id) || ',"invoices":' AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p9.c0 || p9.c1 || '}', ','), '') || ']}' AS anon_5 
FROM (SELECT '{"id":' || json_quote(t10.id) || ',"events":' AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p11.c0, ','), '') || ']}' AS anon_6 
FROM (SELECT '{"id":' || json_quote(t12.id) || '}' AS c0 
FROM event AS t12 
WHERE t12.account_id = :account_id AND t12.invoice_id = t10.id ORDER BY t12.sequence ASC
 LIMIT :a16_0 OFFSET :param_4) AS p11) AS c1 
FROM invoice AS t10 
WHERE t10.account_id = :account_id AND t10.expires_at IS NULL AND t10.customer_id = t8.id ORDER BY t10.created_at DESC, t10.id DESC
 LIMIT :a13_0 OFFSET :param_5) AS p9) AS c1 
FROM customer AS t8 
WHERE t8.account_id = :account_id AND t8.test_clock_id IS NULL ORDER BY t8.created_at DESC, t8.id DESC
 LIMIT :a3_0 OFFSET :param_6) AS p7) AS c3, (SELECT '{"nodes":[' || coalesce(group_concat(p13.c0, ','), '') || ']}' AS anon_7 
FROM (SELECT '{"id":' || json_quote(t14.id) || '}' AS c0 
FROM event AS t14 
WHERE t14.account_id = :account_id ORDER BY t14.sequence ASC
 LIMIT :a4_0 OFFSET :param_7) AS p13) AS c4

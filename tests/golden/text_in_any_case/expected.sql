SELECT (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"name":' || json_quote(t2.name) || '}' AS c0 
FROM (SELECT t3.account_id AS account_id, t3.id AS id 
FROM customer AS t3 
WHERE t3.account_id = :account_id AND t3.test_clock_id IS NULL AND instr(t3.name_key, :a0_1) > :instr_1 ORDER BY t3.created_at DESC, t3.id DESC
 LIMIT :a0_0 OFFSET :param_1) AS k4 LEFT OUTER JOIN customer AS t2 ON t2.account_id = :account_id AND t2.id = k4.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"customerName":' || json_quote(t2.customer_name) || '}' AS c0 
FROM (SELECT t3.account_id AS account_id, t3.id AS id 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND instr(t3.customer_name_key, :a1_1) > :instr_2 ORDER BY t3.created_at DESC, t3.id DESC
 LIMIT :a1_0 OFFSET :param_2) AS k4 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = :account_id AND t2.id = k4.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c1

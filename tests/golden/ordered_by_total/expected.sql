SELECT (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t2.id) || ',"total":' || t2.total || '}' AS c0 
FROM (SELECT t3.account_id AS account_id, t3.id AS id 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL ORDER BY t3.total DESC, t3.id DESC
 LIMIT :a0_0 OFFSET :param_1) AS k4 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = :account_id AND t2.id = k4.id ORDER BY t2.total DESC, t2.id DESC) AS p1) AS c0

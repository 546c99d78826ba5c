SELECT (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.total >= :a0_1 OR (t3.due_at IS NULL) IS NOT 1) AND t3.status IN (SELECT chosen.value 
FROM json_each(:a0_2) AS chosen)) || ',"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t4.account_id, t4.id 
FROM invoice AS t4 
WHERE t4.account_id = :account_id AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.total >= :a0_3 OR (t4.due_at IS NULL) IS NOT 1) AND t4.status IN (SELECT chosen.value 
FROM json_each(:a0_4) AS chosen) ORDER BY t4.created_at DESC, t4.id DESC
 LIMIT 1 OFFSET :a0_0)) THEN 'true' ELSE 'false' END || ',"hasPreviousPage":' || CASE WHEN 0 THEN 'true' ELSE 'false' END || '}}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t2.id) || ',"status":' || json_quote(t2.status) || '}' AS c0 
FROM (SELECT t5.account_id AS account_id, t5.id AS id 
FROM invoice AS t5 
WHERE t5.account_id = :account_id AND t5.expires_at IS NULL AND t5.test_clock_id IS NULL AND (t5.total >= :a0_5 OR (t5.due_at IS NULL) IS NOT 1) AND t5.status IN (SELECT chosen.value 
FROM json_each(:a0_6) AS chosen) ORDER BY t5.created_at DESC, t5.id DESC
 LIMIT :a0_0 OFFSET :param_1) AS k6 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = :account_id AND t2.id = k6.id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0

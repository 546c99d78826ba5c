SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t3 
WHERE t3.account_id = :account_id) || '}' AS c0, '{"totalCount":' || (SELECT count(*) AS count_2 
FROM invoice AS t6 
WHERE t6.account_id = :account_id AND (t6.status = 'OPEN' AND t6.due_at IS NOT NULL AND t6.due_at < :now) = :a1_1) || '}' AS c1, '{"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT 1 
FROM customer AS t9 
WHERE t9.account_id = :account_id ORDER BY t9.created_at DESC, t9.id DESC
 LIMIT :param_1 OFFSET :a2_0)) THEN 'true' ELSE 'false' END || '}}' AS c2

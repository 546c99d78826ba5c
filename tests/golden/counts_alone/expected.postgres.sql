SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL) || '}' AS c0, '{"totalCount":' || (SELECT count(*) AS count_2 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND ((SELECT coalesce(max(n4.frozen_at), $2) AS coalesce_1 
FROM test_clock AS n4 
WHERE n4.account_id = $1::VARCHAR COLLATE "C" AND n4.id = t3.test_clock_id) > t3.due_at AND t3.due_at IS NOT NULL AND t3.status = 'OPEN') = $3::BOOLEAN) || '}' AS c1, '{"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t3.account_id, t3.id 
FROM customer AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.test_clock_id IS NULL ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 1 OFFSET 1)) THEN 'true' ELSE 'false' END || '}}' AS c2

SELECT (SELECT '{"edges":[' || coalesce(group_concat(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t3.account_id, t3.id 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.created_at, t3.id) < (:a0_1, :a0_2) ORDER BY t3.created_at DESC, t3.id DESC
 LIMIT 1 OFFSET :a0_0)) THEN 'true' ELSE 'false' END || ',"hasPreviousPage":' || CASE WHEN (EXISTS (SELECT 1 
FROM invoice AS t4 
WHERE t4.account_id = :account_id AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.created_at, t4.id) >= (:a0_1, :a0_2) ORDER BY t4.created_at ASC, t4.id ASC
 LIMIT 1 OFFSET 0)) THEN 'true' ELSE 'false' END || ',"startCursor":' || coalesce(('[' || coalesce(group_concat(p1.c1, ','), '') || ']') -> '$[0]', 'null') || ',"endCursor":' || coalesce(('[' || coalesce(group_concat(p1.c1, ','), '') || ']') -> '$[#-1]', 'null') || '}}' AS anon_1 
FROM (SELECT '{"cursor":"' || hex('Query.invoices|[' || json_quote(t2.created_at) || ',' || json_quote(t2.id) || ']') || '","node":{"id":' || json_quote(t2.id) || '}}' AS c0, '"' || hex('Query.invoices|[' || json_quote(t2.created_at) || ',' || json_quote(t2.id) || ']') || '"' AS c1 
FROM invoice AS t2 
WHERE t2.account_id = :account_id AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL AND (t2.created_at, t2.id) < (:a0_1, :a0_2) ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a0_0 OFFSET :param_1) AS p1) AS c0

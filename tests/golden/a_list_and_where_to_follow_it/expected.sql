SELECT json_quote(CAST(coalesce((SELECT n1.value 
FROM counter AS n1 
WHERE n1.account_id = :account_id AND n1.kind = 'event'), 0) AS TEXT)) AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || '],"pageInfo":{"endCursor":' || coalesce(('[' || coalesce(group_concat(p1.c1, ','), '') || ']') -> '$[#-1]', 'null') || '}}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t2.id) || '}' AS c0, '"' || hex('Query.invoices|[' || json_quote(t2.created_at) || ',' || json_quote(t2.id) || ']') || '"' AS c1 
FROM invoice AS t2 
WHERE t2.account_id = :account_id AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a1_0 OFFSET :param_1) AS p1) AS c1

SELECT json_quote(CAST(coalesce((SELECT n1.value 
FROM counter AS n1 
WHERE n1.account_id = :account_id AND n1.kind = 'event'), 0) AS TEXT)) AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p2.c0, ','), '') || '],"pageInfo":{"endCursor":' || coalesce(('[' || coalesce(group_concat(p2.c1, ','), '') || ']') -> '$[#-1]', 'null') || '}}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t3.id) || '}' AS c0, '"' || hex('Query.invoices|[' || json_quote(t3.created_at) || ',' || json_quote(t3.id) || ']') || '"' AS c1 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL ORDER BY t3.created_at DESC, t3.id DESC
 LIMIT :a1_0 OFFSET :param_1) AS p2) AS c1

SELECT coalesce(CAST(to_json(CAST(CAST(coalesce((SELECT n1.value 
FROM counter AS n1 
WHERE n1.account_id = $1::VARCHAR COLLATE "C" AND n1.kind = 'event'), 0) AS TEXT) AS TEXT)) AS TEXT), 'null') AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || '],"pageInfo":{"endCursor":' || coalesce(CAST(CAST('[' || coalesce(string_agg(p1.c1, ','), '') || ']' AS JSON) -> -1 AS TEXT), 'null') || '}}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}' AS c0, '"' || upper(encode(convert_to('Query.invoices|[' || coalesce(CAST(to_json(CAST(t2.created_at AS TEXT)) AS TEXT), 'null') || ',' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ']', 'UTF8'), 'hex')) || '"' AS c1 
FROM invoice AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c1

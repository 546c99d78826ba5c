SELECT (SELECT '{"edges":[' || coalesce(string_agg(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t3.account_id, t3.id 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.created_at, t3.id) < ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 1 OFFSET 2)) THEN 'true' ELSE 'false' END || ',"hasPreviousPage":' || CASE WHEN (EXISTS (SELECT 1 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.created_at, t4.id) >= ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t4.created_at ASC, t4.id ASC 
 LIMIT 1 OFFSET 0)) THEN 'true' ELSE 'false' END || ',"startCursor":' || coalesce(CAST(CAST('[' || coalesce(string_agg(p1.c1, ','), '') || ']' AS JSON) -> 0 AS TEXT), 'null') || ',"endCursor":' || coalesce(CAST(CAST('[' || coalesce(string_agg(p1.c1, ','), '') || ']' AS JSON) -> -1 AS TEXT), 'null') || '}}' AS anon_1 
FROM (SELECT '{"cursor":"' || upper(encode(convert_to('Query.invoices|[' || coalesce(CAST(to_json(CAST(t2.created_at AS TEXT)) AS TEXT), 'null') || ',' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ']', 'UTF8'), 'hex')) || '","node":{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || '}}' AS c0, '"' || upper(encode(convert_to('Query.invoices|[' || coalesce(CAST(to_json(CAST(t2.created_at AS TEXT)) AS TEXT), 'null') || ',' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ']', 'UTF8'), 'hex')) || '"' AS c1 
FROM invoice AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL AND (t2.created_at, t2.id) < ($2::VARCHAR COLLATE "C", $3::VARCHAR COLLATE "C") ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 2) AS p1) AS c0

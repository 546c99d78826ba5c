SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0 || p1.c1 || '}', ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t2.id AS TEXT)) AS TEXT), 'null') || ',"number":' || coalesce(CAST(to_json(CAST(t2.number AS TEXT)) AS TEXT), 'null') || ',"status":' || coalesce(('"' || t2.status) || '"', 'null') || ',"currency":' || coalesce(('"' || t2.currency) || '"', 'null') || ',"total":' || CAST(t2.total AS TEXT) || ',"amountDue":' || CAST(t2.amount_due AS TEXT) || ',"amountRemaining":' || CAST(t2.amount_remaining AS TEXT) || ',"createdAt":' || coalesce(('"' || t2.created_at) || '"', 'null') || ',"customer":{"id":' || coalesce(CAST(to_json(CAST(t3.id AS TEXT)) AS TEXT), 'null') || ',"name":' || coalesce(CAST(to_json(CAST(t3.name AS TEXT)) AS TEXT), 'null') || ',"email":' || coalesce(CAST(to_json(CAST(t3.email AS TEXT)) AS TEXT), 'null') || '},"lines":' AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p4.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t5.id AS TEXT)) AS TEXT), 'null') || ',"description":' || coalesce(CAST(to_json(CAST(t5.description AS TEXT)) AS TEXT), 'null') || ',"quantity":' || coalesce(CAST(CAST(trunc(CAST(t5.quantity_decimal AS NUMERIC)) AS BIGINT) AS TEXT), 'null') || ',"amount":' || CAST(t5.amount AS TEXT) || '}' AS c0 
FROM line_item AS t5 
WHERE t5.account_id = $1::VARCHAR COLLATE "C" AND t5.invoice_id = t2.id ORDER BY t5.position ASC, t5.id ASC 
 LIMIT 2) AS p4) AS c1 
FROM invoice AS t2 LEFT OUTER JOIN customer AS t3 ON t3.account_id = $1::VARCHAR COLLATE "C" AND t3.id = t2.customer_id 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 2) AS p1) AS c0

SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0 || p1.c1 || ',"invoiceItems":' || p1.c2 || ',"balanceTransactions":' || p1.c3 || '}', ','), '') || ']}' AS anon_1 
FROM (SELECT '{"name":' || coalesce(CAST(to_json(CAST(t2.name AS TEXT)) AS TEXT), 'null') || ',"open":{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t5 
WHERE t5.account_id = $1::VARCHAR COLLATE "C" AND t5.expires_at IS NULL AND t5.customer_id = t2.id AND t5.status = $2::VARCHAR COLLATE "C") || '},"invoices":' AS c0, (SELECT '{"edges":[' || coalesce(string_agg(p6.c0 || p6.c1 || '}}', ','), '') || ']}' AS anon_2 
FROM (SELECT '{"node":{"id":' || coalesce(CAST(to_json(CAST(t7.id AS TEXT)) AS TEXT), 'null') || ',"lines":' AS c0, (SELECT '{"nodes":[' || coalesce(string_agg(p8.c0, ','), '') || '],"pageInfo":{"hasPreviousPage":' || CASE WHEN (EXISTS (SELECT t10.account_id, t10.id 
FROM line_item AS t10 
WHERE t10.account_id = $1::VARCHAR COLLATE "C" AND t10.invoice_id = t7.id ORDER BY t10.position DESC, t10.id DESC 
 LIMIT 1 OFFSET 1)) THEN 'true' ELSE 'false' END || '}}' AS anon_3 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t9.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM (SELECT t11.account_id AS account_id, t11.id AS id 
FROM line_item AS t11 
WHERE t11.account_id = $1::VARCHAR COLLATE "C" AND t11.invoice_id = t7.id ORDER BY t11.position DESC, t11.id DESC 
 LIMIT 1) AS k12 LEFT OUTER JOIN line_item AS t9 ON t9.account_id = $1::VARCHAR COLLATE "C" AND t9.id = k12.id ORDER BY t9.position ASC, t9.id ASC) AS p8) AS c1 
FROM (SELECT t13.account_id AS account_id, t13.id AS id 
FROM invoice AS t13 
WHERE t13.account_id = $1::VARCHAR COLLATE "C" AND t13.expires_at IS NULL AND t13.customer_id = t2.id ORDER BY t13.amount_remaining DESC, t13.id DESC 
 LIMIT 1) AS k14 LEFT OUTER JOIN invoice AS t7 ON t7.account_id = $1::VARCHAR COLLATE "C" AND t7.id = k14.id ORDER BY t7.amount_remaining DESC, t7.id DESC) AS p6) AS c1, (SELECT '{"nodes":[' || coalesce(string_agg(p15.c0, ','), '') || ']}' AS anon_4 
FROM (SELECT '{"id":' || coalesce(CAST(to_json(CAST(t16.id AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM (SELECT t17.account_id AS account_id, t17.id AS id 
FROM invoice_item AS t17 
WHERE t17.account_id = $1::VARCHAR COLLATE "C" AND t17.customer_id = t2.id AND (t17.invoice_id IS NULL) = $3::BOOLEAN ORDER BY t17.created_at DESC, t17.id DESC 
 LIMIT 10) AS k18 LEFT OUTER JOIN invoice_item AS t16 ON t16.account_id = $1::VARCHAR COLLATE "C" AND t16.id = k18.id ORDER BY t16.created_at DESC, t16.id DESC) AS p15) AS c2, (SELECT '{"nodes":[' || coalesce(string_agg(p19.c0, ','), '') || ']}' AS anon_5 
FROM (SELECT '{"amount":' || CAST(t20.amount AS TEXT) || ',"endingBalance":' || CAST(t20.ending_balance AS TEXT) || '}' AS c0 
FROM balance_transaction AS t20 
WHERE t20.account_id = $1::VARCHAR COLLATE "C" AND t20.customer_id = t2.id ORDER BY t20.created_at DESC, t20.id DESC 
 LIMIT 10) AS p19) AS c3 
FROM customer AS t2 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC 
 LIMIT 1) AS p1) AS c0

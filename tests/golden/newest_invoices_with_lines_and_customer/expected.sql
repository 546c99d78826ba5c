SELECT (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0 || p1.c1 || '}', ','), '') || ']}' AS anon_1 
FROM (SELECT '{"id":' || json_quote(t2.id) || ',"number":' || json_quote(t2.number) || ',"status":' || json_quote(t2.status) || ',"currency":' || json_quote(t2.currency) || ',"total":' || t2.total || ',"amountDue":' || t2.amount_due || ',"amountRemaining":' || t2.amount_remaining || ',"createdAt":' || json_quote(t2.created_at) || ',"customer":{"id":' || json_quote(t3.id) || ',"name":' || json_quote(t3.name) || ',"email":' || json_quote(t3.email) || '},"lines":' AS c0, (SELECT '{"nodes":[' || coalesce(group_concat(p4.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"id":' || json_quote(t5.id) || ',"description":' || json_quote(t5.description) || ',"quantity":' || coalesce(CAST(t5.quantity_decimal AS INTEGER), 'null') || ',"amount":' || t5.amount || '}' AS c0 
FROM line_item AS t5 
WHERE t5.account_id = :account_id AND t5.invoice_id = t2.id ORDER BY t5.position ASC, t5.id ASC
 LIMIT :a11_0 OFFSET :param_1) AS p4) AS c1 
FROM invoice AS t2 LEFT OUTER JOIN customer AS t3 ON t3.account_id = :account_id AND t3.id = t2.customer_id 
WHERE t2.account_id = :account_id AND t2.expires_at IS NULL AND t2.test_clock_id IS NULL ORDER BY t2.created_at DESC, t2.id DESC
 LIMIT :a0_0 OFFSET :param_2) AS p1) AS c0

SELECT (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM credit_note AS t3 
WHERE t3.account_id = :account_id AND t3.invoice_id = :a0_1) || ',"nodes":[' || coalesce(group_concat(p1.c0 || p1.c1 || '],"lines":' || p1.c2 || p1.c3, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"number":' || json_quote(t2.number) || ',"status":' || json_quote(t2.status) || ',"type":' || json_quote(t2.type) || ',"total":' || t2.total || ',"refundAmount":' || t2.refund_amount || ',"customer":{"name":' || json_quote(t4.name) || '},"balanceTransaction":' || CASE WHEN (t5.id IS NOT NULL) THEN '{"id":' || json_quote(t5.id) || '}' ELSE 'null' END || ',"totalTaxes":[' AS c0, (SELECT coalesce(group_concat(q8.c0, ','), '') AS anon_2 
FROM (SELECT '{"amount":' || coalesce(e6.value -> '$.amount', 'null') || ',"taxRate":' || CASE WHEN (t7.id IS NOT NULL) THEN '{"displayName":' || json_quote(t7.display_name) || '}' ELSE 'null' END || '}' AS c0 
FROM json_each(t2.total_taxes) AS e6 LEFT OUTER JOIN tax_rate AS t7 ON t7.account_id = :account_id AND t7.id = (e6.value ->> '$.taxRateId') ORDER BY e6."key") AS q8) AS c1, (SELECT '{"nodes":[' || coalesce(group_concat(p9.c0 || p9.c1 || p9.c2, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t16.account_id, t16.id 
FROM credit_note_line AS t16 
WHERE t16.account_id = :account_id AND t16.credit_note_id = t2.id ORDER BY t16.position ASC, t16.id ASC
 LIMIT 1 OFFSET :a11_0)) THEN 'true' ELSE 'false' END || '}}' AS anon_3 
FROM (SELECT '{"id":' || json_quote(t10.id) || ',"type":' || json_quote(t10.type) || ',"amount":' || t10.amount || ',"quantity":' || coalesce(CAST(t10.quantity_decimal AS INTEGER), 'null') || ',"description":' || json_quote(t10.description) || ',"taxRateIds":' || coalesce(CAST(t10.tax_rate_ids AS TEXT), 'null') || ',"taxes":[' AS c0, (SELECT coalesce(group_concat(q13.c0, ','), '') AS anon_4 
FROM (SELECT '{"amount":' || coalesce(e11.value -> '$.amount', 'null') || ',"taxRate":' || CASE WHEN (t12.id IS NOT NULL) THEN '{"percentage":' || json_quote(t12.percentage) || '}' ELSE 'null' END || '}' AS c0 
FROM json_each(t10.taxes) AS e11 LEFT OUTER JOIN tax_rate AS t12 ON t12.account_id = :account_id AND t12.id = (e11.value ->> '$.taxRateId') ORDER BY e11."key") AS q13) AS c1, '],"lineItem":' || CASE WHEN (t14.id IS NOT NULL) THEN '{"id":' || json_quote(t14.id) || ',"pricing":{"price":' ELSE 'null' END || CASE WHEN (t14.id IS NOT NULL AND t15.id IS NOT NULL) THEN '{"id":' || json_quote(t15.id) || '}' WHEN (t14.id IS NOT NULL) THEN 'null' ELSE '' END || CASE WHEN (t14.id IS NOT NULL) THEN '}}' ELSE '' END || '}' AS c2 
FROM credit_note_line AS t10 LEFT OUTER JOIN line_item AS t14 ON t14.account_id = :account_id AND t14.id = t10.line_item_id LEFT OUTER JOIN price AS t15 ON t15.account_id = :account_id AND t15.id = t14.price_id 
WHERE t10.account_id = :account_id AND t10.credit_note_id = t2.id ORDER BY t10.position ASC, t10.id ASC
 LIMIT :a11_0 OFFSET :param_1) AS p9) AS c2, ',"invoice":{"creditNotes":{"totalCount":' || (SELECT count(*) AS count_2 
FROM credit_note AS t20 
WHERE t20.account_id = :account_id AND t20.invoice_id = t17.id) || '}}}' AS c3 
FROM (SELECT t21.account_id AS account_id, t21.id AS id 
FROM credit_note AS t21 
WHERE t21.account_id = :account_id AND t21.invoice_id = :a0_2 ORDER BY t21.created_at DESC, t21.id DESC
 LIMIT :a0_0 OFFSET :param_2) AS k22 LEFT OUTER JOIN credit_note AS t2 ON t2.account_id = :account_id AND t2.id = k22.id LEFT OUTER JOIN customer AS t4 ON t4.account_id = :account_id AND t4.id = t2.customer_id LEFT OUTER JOIN balance_transaction AS t5 ON t5.account_id = :account_id AND t5.id = t2.balance_transaction_id LEFT OUTER JOIN invoice AS t17 ON t17.account_id = :account_id AND t17.id = t2.invoice_id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0

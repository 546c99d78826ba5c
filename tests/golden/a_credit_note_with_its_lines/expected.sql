SELECT (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM credit_note AS t3 
WHERE t3.account_id = :account_id AND t3.invoice_id = :a0_1) || ',"nodes":[' || coalesce(group_concat(p1.c0 || p1.c1 || '],"lines":' || p1.c2 || p1.c3, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"number":' || json_quote(t2.number) || ',"status":' || json_quote(t2.status) || ',"type":' || json_quote(t2.type) || ',"total":' || t2.total || ',"refundAmount":' || t2.refund_amount || ',"customer":{"name":' || json_quote(t4.name) || '},"balanceTransaction":' || CASE WHEN (t5.id IS NOT NULL) THEN '{"id":' || json_quote(t5.id) || '}' ELSE 'null' END || ',"totalTaxes":[' AS c0, (SELECT coalesce(group_concat('{"amount":' || coalesce(e6.value -> '$.amount', 'null') || ',"taxRate":' || CASE WHEN (t7.id IS NOT NULL) THEN '{"displayName":' || json_quote(t7.display_name) || '}' ELSE 'null' END || '}', ','), '') AS coalesce_1 
FROM json_each(t2.total_taxes) AS e6 LEFT OUTER JOIN tax_rate AS t7 ON t7.account_id = :account_id AND t7.id = (e6.value ->> '$.taxRateId')) AS c1, (SELECT '{"nodes":[' || coalesce(group_concat(p8.c0 || p8.c1 || p8.c2, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT 1 
FROM credit_note_line AS t14 
WHERE t14.account_id = :account_id AND t14.credit_note_id = t2.id ORDER BY t14.position ASC, t14.id ASC
 LIMIT :param_1 OFFSET :a11_0)) THEN 'true' ELSE 'false' END || '}}' AS anon_2 
FROM (SELECT '{"id":' || json_quote(t9.id) || ',"type":' || json_quote(t9.type) || ',"amount":' || t9.amount || ',"quantity":' || coalesce(CAST(t9.quantity_decimal AS INTEGER), 'null') || ',"description":' || json_quote(t9.description) || ',"taxRateIds":' || coalesce(CAST(t9.tax_rate_ids AS TEXT), 'null') || ',"taxes":[' AS c0, (SELECT coalesce(group_concat('{"amount":' || coalesce(e10.value -> '$.amount', 'null') || ',"taxRate":' || CASE WHEN (t11.id IS NOT NULL) THEN '{"percentage":' || json_quote(t11.percentage) || '}' ELSE 'null' END || '}', ','), '') AS coalesce_2 
FROM json_each(t9.taxes) AS e10 LEFT OUTER JOIN tax_rate AS t11 ON t11.account_id = :account_id AND t11.id = (e10.value ->> '$.taxRateId')) AS c1, '],"lineItem":' || CASE WHEN (t12.id IS NOT NULL) THEN '{"id":' || json_quote(t12.id) || ',"pricing":{"price":' ELSE 'null' END || CASE WHEN (t12.id IS NOT NULL AND t13.id IS NOT NULL) THEN '{"id":' || json_quote(t13.id) || '}' WHEN (t12.id IS NOT NULL) THEN 'null' ELSE '' END || CASE WHEN (t12.id IS NOT NULL) THEN '}}' ELSE '' END || '}' AS c2 
FROM credit_note_line AS t9 LEFT OUTER JOIN line_item AS t12 ON t12.account_id = :account_id AND t12.id = t9.line_item_id LEFT OUTER JOIN price AS t13 ON t13.account_id = :account_id AND t13.id = t12.price_id 
WHERE t9.account_id = :account_id AND t9.credit_note_id = t2.id ORDER BY t9.position ASC, t9.id ASC
 LIMIT :a11_0 OFFSET :param_2) AS p8) AS c2, ',"invoice":{"creditNotes":{"totalCount":' || (SELECT count(*) AS count_2 
FROM credit_note AS t18 
WHERE t18.account_id = :account_id AND t18.invoice_id = t15.id) || '}}}' AS c3 
FROM (SELECT t19.account_id AS account_id, t19.id AS id 
FROM credit_note AS t19 
WHERE t19.account_id = :account_id AND t19.invoice_id = :a0_2 ORDER BY t19.created_at DESC, t19.id DESC
 LIMIT :a0_0 OFFSET :param_3) AS k20 LEFT OUTER JOIN credit_note AS t2 ON t2.account_id = k20.account_id AND t2.id = k20.id LEFT OUTER JOIN customer AS t4 ON t4.account_id = :account_id AND t4.id = t2.customer_id LEFT OUTER JOIN balance_transaction AS t5 ON t5.account_id = :account_id AND t5.id = t2.balance_transaction_id LEFT OUTER JOIN invoice AS t15 ON t15.account_id = :account_id AND t15.id = t2.invoice_id ORDER BY t2.created_at DESC, t2.id DESC) AS p1) AS c0

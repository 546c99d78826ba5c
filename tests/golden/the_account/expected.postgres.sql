SELECT coalesce((SELECT '{"id":' || coalesce(CAST(to_json(CAST(t1.account_id AS TEXT)) AS TEXT), 'null') || ',"name":' || coalesce(CAST(to_json(CAST(t1.name AS TEXT)) AS TEXT), 'null') || ',"nextInvoiceSequence":' || CAST(coalesce((SELECT n2.value 
FROM counter AS n2 
WHERE n2.account_id = $1::VARCHAR COLLATE "C" AND n2.kind = ('number:' || t1.invoice_prefix)), 0) + 1 AS TEXT) || ',"paymentMethodTypes":' || coalesce(CAST(t1.payment_method_types AS TEXT), 'null') || ',"defaultCurrency":' || coalesce(('"' || t1.default_currency) || '"', 'null') || '}' AS anon_1 
FROM account AS t1 
WHERE t1.account_id = $1::VARCHAR COLLATE "C" 
 LIMIT 1), 'null') AS c0

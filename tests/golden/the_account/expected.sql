SELECT coalesce((SELECT '{"id":' || json_quote(t1.account_id) || ',"name":' || json_quote(t1.name) || ',"nextInvoiceSequence":' || (coalesce((SELECT n2.value 
FROM counter AS n2 
WHERE n2.account_id = :account_id AND n2.kind = ('number:' || t1.invoice_prefix)), 0) + 1) || ',"paymentMethodTypes":' || coalesce(CAST(t1.payment_method_types AS TEXT), 'null') || ',"defaultCurrency":' || json_quote(t1.default_currency) || '}' AS anon_1 
FROM account AS t1 
WHERE t1.account_id = :account_id
 LIMIT 1 OFFSET :param_1), 'null') AS c0

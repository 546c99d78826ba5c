SELECT (SELECT '{"nodes":[' || coalesce(group_concat(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"cursor":' || json_quote(CAST(t2.sequence AS TEXT)) || ',"type":' || json_quote(t2.type) || ',"invoiceId":' || json_quote(t2.invoice_id) || ',"invoice":' || CASE WHEN (t3.id IS NOT NULL) THEN '{"id":' || json_quote(t3.id) || '}' ELSE 'null' END || ',"data":' || coalesce(CAST(t2.data AS TEXT), 'null') || '}' AS c0 
FROM event AS t2 LEFT OUTER JOIN invoice AS t3 ON t3.account_id = :account_id AND t3.id = t2.invoice_id AND (t3.expires_at IS NULL OR t3.expires_at > :now) 
WHERE t2.account_id = :account_id AND t2.type IN (SELECT chosen.value 
FROM json_each(:a0_1) AS chosen) AND t2.invoice_id = :a0_2 ORDER BY t2.sequence ASC
 LIMIT :a0_0 OFFSET :param_1) AS p1) AS c0

SELECT (SELECT '{"nodes":[' || coalesce(string_agg(p1.c0, ','), '') || ']}' AS anon_1 
FROM (SELECT '{"cursor":' || coalesce(CAST(to_json(CAST(CAST(t2.sequence AS TEXT) AS TEXT)) AS TEXT), 'null') || ',"type":' || coalesce(('"' || t2.type) || '"', 'null') || ',"invoiceId":' || coalesce(CAST(to_json(CAST(t2.invoice_id AS TEXT)) AS TEXT), 'null') || ',"invoice":' || CASE WHEN (t3.id IS NOT NULL) THEN '{"id":' || coalesce(CAST(to_json(CAST(t3.id AS TEXT)) AS TEXT), 'null') || '}' ELSE 'null' END || ',"data":' || coalesce(CAST(t2.data AS TEXT), 'null') || '}' AS c0 
FROM event AS t2 LEFT OUTER JOIN invoice AS t3 ON t3.account_id = $1::VARCHAR COLLATE "C" AND t3.id = t2.invoice_id AND (t3.expires_at IS NULL OR t3.expires_at > $2::VARCHAR COLLATE "C") 
WHERE t2.account_id = $1::VARCHAR COLLATE "C" AND t2.type = any(array((SELECT chosen.value 
FROM (SELECT e.ordinality AS key, e.value FROM json_array_elements_text(CAST($3 AS JSON)) WITH ORDINALITY AS e(value, ordinality)) AS chosen))) AND t2.invoice_id = $4::VARCHAR COLLATE "C" ORDER BY t2.sequence ASC 
 LIMIT 5) AS p1) AS c0

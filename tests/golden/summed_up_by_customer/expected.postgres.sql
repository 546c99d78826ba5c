SELECT '{"summary":' || (SELECT CASE WHEN (count(*) > 1000) THEN '' ELSE '[' || coalesce(string_agg('{"customer":' || CASE WHEN q9.c0 THEN q9.c1 || q9.c2 || '}' ELSE 'null' END || q9.c3, ','), '') || ']' END AS anon_1 
FROM (SELECT t5.id IS NOT NULL AS c0, '{"name":' || coalesce(CAST(to_json(CAST(t5.name AS TEXT)) AS TEXT), 'null') || ',"invoices":' AS c1, (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t8 
WHERE t8.account_id = $1::VARCHAR COLLATE "C" AND t8.expires_at IS NULL AND t8.customer_id = t5.id) || ',"nodes":[' || coalesce(string_agg(p6.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"number":' || coalesce(CAST(to_json(CAST(t7.number AS TEXT)) AS TEXT), 'null') || '}' AS c0 
FROM invoice AS t7 
WHERE t7.account_id = $1::VARCHAR COLLATE "C" AND t7.expires_at IS NULL AND t7.customer_id = t5.id ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 1) AS p6) AS c2, ',"currency":' || coalesce(('"' || g4.currency) || '"', 'null') || ',"amountRemaining":' || CASE WHEN (g4.amount_remaining BETWEEN -9007199254740991 AND 9007199254740991) THEN CAST(g4.amount_remaining AS TEXT) ELSE '' END || '}' AS c3 
FROM (SELECT g10.currency AS currency, g10.customer_id AS customer_id, g10.amount_remaining AS amount_remaining, g10.remaining AS remaining, dense_rank() OVER (PARTITION BY g10.currency ORDER BY g10.remaining DESC, g10.customer_id) AS place 
FROM (SELECT t3.currency AS currency, t3.customer_id AS customer_id, sum(t3.amount_remaining) AS amount_remaining, sum(CAST(sum(t3.amount_remaining) AS FLOAT)) OVER (PARTITION BY t3.currency, t3.customer_id) AS remaining 
FROM invoice AS t3 
WHERE t3.account_id = $1::VARCHAR COLLATE "C" AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND t3.status = any(array((SELECT chosen.value 
FROM (SELECT e.ordinality AS key, e.value FROM json_array_elements_text(CAST($2 AS JSON)) WITH ORDINALITY AS e(value, ordinality)) AS chosen))) GROUP BY t3.currency, t3.customer_id) AS g10) AS g4 LEFT OUTER JOIN customer AS t5 ON t5.account_id = $1::VARCHAR COLLATE "C" AND t5.id = g4.customer_id 
WHERE g4.place <= 100 ORDER BY g4.currency, g4.customer_id 
 LIMIT 1001) AS q9) || '}' AS c0, (SELECT coalesce(max('{"invoices":{"summary":' || q7.c0 || '}}'), 'null') AS coalesce_1 
FROM (SELECT (SELECT CASE WHEN (count(*) > 1000) THEN '' ELSE '[' || coalesce(string_agg(q6.c0, ','), '') || ']' END AS anon_3 
FROM (SELECT '{"currency":' || coalesce(('"' || g5.currency) || '"', 'null') || ',"count":' || g5.count || ',"total":' || CASE WHEN (g5.total BETWEEN -9007199254740991 AND 9007199254740991) THEN CAST(g5.total AS TEXT) ELSE '' END || '}' AS c0 
FROM (SELECT t4.currency AS currency, count(*) AS count, sum(t4.total) AS total 
FROM invoice AS t4 
WHERE t4.account_id = $1::VARCHAR COLLATE "C" AND t4.expires_at IS NULL AND t4.customer_id = t1.id GROUP BY t4.currency) AS g5 ORDER BY g5.currency 
 LIMIT 1001) AS q6) AS c0 
FROM customer AS t1 
WHERE t1.account_id = $1::VARCHAR COLLATE "C" AND t1.id = $3::VARCHAR COLLATE "C" 
 LIMIT 1) AS q7) AS c1

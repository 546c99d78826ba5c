-- What files have whose tables were made before revisions were recorded.
CREATE TABLE account (
	account_id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	name TEXT NOT NULL,
	country TEXT,
	default_currency TEXT NOT NULL,
	invoice_numbering TEXT NOT NULL,
	invoice_prefix TEXT NOT NULL,
	tax_rounding TEXT NOT NULL,
	grace_seconds INTEGER NOT NULL,
	payment_terms_days INTEGER NOT NULL,
	payment_method_types TEXT,
	overdue_after_days INTEGER NOT NULL,
	will_be_due_days INTEGER NOT NULL,
	exhausted_retries TEXT NOT NULL,
	invoice_description TEXT,
	invoice_footer TEXT,
	invoice_custom_fields TEXT,
	PRIMARY KEY (account_id),
	CHECK (invoice_numbering = 'CUSTOMER' OR invoice_numbering = 'ACCOUNT'),
	CHECK (tax_rounding = 'LINE_ITEM' OR tax_rounding = 'INVOICE'),
	CHECK (exhausted_retries = 'LEAVE_OPEN' OR exhausted_retries = 'MARK_UNCOLLECTIBLE'),
	CHECK (grace_seconds >= 0 AND payment_terms_days >= 0 AND overdue_after_days >= 0 AND will_be_due_days >= 0)
)
 STRICT
;
CREATE TABLE api_key (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	name TEXT NOT NULL,
	digest TEXT NOT NULL,
	last_four TEXT NOT NULL,
	revoked_at TEXT,
	PRIMARY KEY (account_id, id)
)
 STRICT
;
CREATE TABLE counter (
	account_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	value INTEGER NOT NULL,
	skipped INTEGER NOT NULL,
	PRIMARY KEY (account_id, kind),
	CHECK (value >= 0 AND skipped >= 0)
)
 STRICT
;
CREATE TABLE coupon (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	name TEXT,
	percent_off TEXT,
	amount_off INTEGER,
	currency TEXT,
	currency_options TEXT NOT NULL,
	product_ids TEXT,
	version INTEGER NOT NULL,
	code TEXT,
	duration TEXT NOT NULL,
	duration_in_months INTEGER,
	max_redemptions INTEGER,
	times_redeemed INTEGER NOT NULL,
	redeem_by TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (duration = 'ONCE' OR duration = 'REPEATING' OR duration = 'FOREVER'),
	CHECK ((percent_off IS NULL) <> (amount_off IS NULL) AND (amount_off IS NULL) = (currency IS NULL)),
	CHECK (times_redeemed >= 0)
)
 STRICT
;
CREATE TABLE event (
	account_id TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	id TEXT NOT NULL,
	type TEXT NOT NULL,
	occurred_at TEXT NOT NULL,
	object_id TEXT NOT NULL,
	invoice_id TEXT,
	customer_id TEXT,
	status TEXT,
	previous_status TEXT,
	data TEXT NOT NULL,
	previous_attributes TEXT,
	idempotency_key TEXT,
	operation_id TEXT NOT NULL,
	PRIMARY KEY (account_id, sequence),
	CHECK (type = 'INVOICEITEM_CREATED' OR type = 'INVOICEITEM_DELETED' OR type = 'INVOICE_PAYMENT_PAID' OR type = 'INVOICE_CREATED' OR type = 'INVOICE_DELETED' OR type = 'INVOICE_UPDATED' OR type = 'INVOICE_FINALIZED' OR type = 'INVOICE_FINALIZATION_FAILED' OR type = 'INVOICE_SENT' OR type = 'INVOICE_VOIDED' OR type = 'INVOICE_MARKED_UNCOLLECTIBLE' OR type = 'INVOICE_WILL_BE_DUE' OR type = 'INVOICE_OVERDUE' OR type = 'INVOICE_PAYMENT_ACTION_REQUIRED' OR type = 'INVOICE_PAYMENT_FAILED' OR type = 'INVOICE_PAID' OR type = 'INVOICE_PAYMENT_SUCCEEDED' OR type = 'INVOICE_OVERPAID' OR type = 'CREDIT_NOTE_CREATED' OR type = 'CREDIT_NOTE_UPDATED' OR type = 'CREDIT_NOTE_VOIDED' OR type = 'CUSTOMER_CREATED' OR type = 'CUSTOMER_UPDATED' OR type = 'PRODUCT_CREATED' OR type = 'PRODUCT_UPDATED' OR type = 'PRICE_CREATED' OR type = 'PRICE_UPDATED' OR type = 'TAX_RATE_CREATED' OR type = 'TAX_RATE_UPDATED' OR type = 'COUPON_CREATED' OR type = 'COUPON_UPDATED' OR type = 'COUPON_DELETED' OR type = 'PROMOTION_CODE_CREATED' OR type = 'PROMOTION_CODE_UPDATED' OR type = 'TEST_HELPERS_TEST_CLOCK_CREATED' OR type = 'TEST_HELPERS_TEST_CLOCK_ADVANCING' OR type = 'TEST_HELPERS_TEST_CLOCK_READY' OR type = 'TEST_HELPERS_TEST_CLOCK_DELETED'),
	CHECK (status = 'DRAFT' OR status = 'OPEN' OR status = 'PAID' OR status = 'UNCOLLECTIBLE' OR status = 'VOID'),
	CHECK (previous_status = 'DRAFT' OR previous_status = 'OPEN' OR previous_status = 'PAID' OR previous_status = 'UNCOLLECTIBLE' OR previous_status = 'VOID')
)
 STRICT
;
CREATE TABLE idempotency_key (
	account_id TEXT NOT NULL,
	"key" TEXT NOT NULL,
	created_at TEXT NOT NULL,
	operation TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	finished INTEGER NOT NULL,
	object_id TEXT,
	deleted_id TEXT,
	errors TEXT NOT NULL,
	operation_id TEXT NOT NULL,
	PRIMARY KEY (account_id, "key")
)
 STRICT
;
CREATE TABLE product (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	updated_at TEXT NOT NULL,
	name TEXT NOT NULL,
	active INTEGER NOT NULL,
	description TEXT,
	default_price_id TEXT,
	tax_code TEXT,
	unit_label TEXT,
	statement_descriptor TEXT,
	images TEXT NOT NULL,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id)
)
 STRICT
;
CREATE TABLE rendering_template (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	nickname TEXT,
	status TEXT NOT NULL,
	memo TEXT,
	footer TEXT,
	custom_fields TEXT NOT NULL,
	page_size TEXT,
	amount_tax_display TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (status = 'ACTIVE' OR status = 'ARCHIVED'),
	CHECK (page_size = 'A4' OR page_size = 'LETTER' OR page_size = 'AUTO'),
	CHECK (amount_tax_display = 'EXCLUDE_TAX' OR amount_tax_display = 'INCLUDE_INCLUSIVE_TAX')
)
 STRICT
;
CREATE TABLE rendering_template_version (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	nickname TEXT,
	status TEXT NOT NULL,
	memo TEXT,
	footer TEXT,
	custom_fields TEXT NOT NULL,
	page_size TEXT,
	amount_tax_display TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id, version)
)
 STRICT
;
CREATE TABLE tax_rate (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	display_name TEXT NOT NULL,
	percentage TEXT NOT NULL,
	inclusive INTEGER NOT NULL,
	active INTEGER NOT NULL,
	country TEXT,
	state TEXT,
	jurisdiction TEXT,
	description TEXT,
	tax_type TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id)
)
 STRICT
;
CREATE TABLE test_clock (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	name TEXT,
	frozen_at TEXT NOT NULL,
	status TEXT NOT NULL,
	target_at TEXT,
	deletes_after_at TEXT NOT NULL,
	deleted_at TEXT,
	leased_until TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (status = 'READY' OR status = 'ADVANCING' OR status = 'INTERNAL_FAILURE'),
	CHECK ((status = 'READY') = (target_at IS NULL))
)
 STRICT
;
CREATE TABLE customer (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	name TEXT,
	name_key TEXT,
	email TEXT,
	email_key TEXT,
	phone TEXT,
	description TEXT,
	address TEXT,
	shipping TEXT,
	details TEXT NOT NULL,
	currency TEXT,
	balance INTEGER NOT NULL,
	tax_exempt TEXT NOT NULL,
	delinquent INTEGER NOT NULL,
	invoice_prefix TEXT NOT NULL,
	default_payment_method_id TEXT,
	invoice_footer TEXT,
	invoice_custom_fields TEXT,
	preferred_locales TEXT NOT NULL,
	tax_ids TEXT NOT NULL,
	discount_id TEXT,
	rendering_template_id TEXT,
	amount_tax_display TEXT,
	test_clock_id TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (tax_exempt = 'NONE' OR tax_exempt = 'EXEMPT' OR tax_exempt = 'REVERSE'),
	CHECK (amount_tax_display = 'EXCLUDE_TAX' OR amount_tax_display = 'INCLUDE_INCLUSIVE_TAX'),
	FOREIGN KEY(account_id, test_clock_id) REFERENCES test_clock (account_id, id),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw')
)
 STRICT
;
CREATE TABLE price (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	product_id TEXT NOT NULL,
	active INTEGER NOT NULL,
	currency TEXT NOT NULL,
	type TEXT NOT NULL,
	billing_scheme TEXT NOT NULL,
	unit_amount_decimal TEXT,
	tax_behavior TEXT NOT NULL,
	nickname TEXT,
	lookup_key TEXT,
	tiers TEXT,
	tiers_mode TEXT,
	transform_quantity TEXT,
	recurring TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (type = 'ONE_TIME' OR type = 'RECURRING'),
	CHECK (billing_scheme = 'PER_UNIT' OR billing_scheme = 'TIERED'),
	CHECK (tax_behavior = 'EXCLUSIVE' OR tax_behavior = 'INCLUSIVE' OR tax_behavior = 'UNSPECIFIED'),
	CHECK (tiers_mode = 'GRADUATED' OR tiers_mode = 'VOLUME'),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK ((billing_scheme = 'TIERED') = (tiers IS NOT NULL)),
	CHECK ((billing_scheme = 'TIERED') = (unit_amount_decimal IS NULL)),
	FOREIGN KEY(account_id, product_id) REFERENCES product (account_id, id)
)
 STRICT
;
CREATE TABLE invoice (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	status TEXT NOT NULL,
	finalized_at TEXT,
	paid_at TEXT,
	marked_uncollectible_at TEXT,
	voided_at TEXT,
	number TEXT,
	number_key TEXT,
	number_words TEXT,
	number_prefix TEXT,
	number_sequence INTEGER,
	customer_id TEXT NOT NULL,
	customer_name TEXT,
	customer_name_key TEXT,
	customer_email TEXT,
	customer_email_key TEXT,
	customer_phone TEXT,
	customer_address TEXT,
	customer_shipping TEXT,
	customer_tax_exempt TEXT NOT NULL,
	customer_tax_ids TEXT NOT NULL,
	account_country TEXT,
	account_name TEXT,
	currency TEXT NOT NULL,
	collection_method TEXT NOT NULL,
	due_at TEXT,
	auto_advance INTEGER NOT NULL,
	automatically_finalizes_at TEXT,
	attempted INTEGER NOT NULL,
	attempt_count INTEGER NOT NULL,
	next_payment_attempt_at TEXT,
	will_be_due_at TEXT,
	overdue_at TEXT,
	uncollectible_reason TEXT,
	billing_reason TEXT NOT NULL,
	description TEXT,
	description_key TEXT,
	footer TEXT,
	custom_fields TEXT NOT NULL,
	statement_descriptor TEXT,
	details TEXT NOT NULL,
	effective_at TEXT,
	period_start_at TEXT NOT NULL,
	period_end_at TEXT NOT NULL,
	subtotal INTEGER NOT NULL,
	subtotal_excluding_tax INTEGER NOT NULL,
	total INTEGER NOT NULL,
	total_excluding_tax INTEGER NOT NULL,
	default_tax_rate_ids TEXT NOT NULL,
	discount_ids TEXT NOT NULL,
	total_discount_amounts TEXT NOT NULL,
	total_taxes TEXT NOT NULL,
	shipping_cost TEXT,
	amount_shipping INTEGER NOT NULL,
	starting_balance INTEGER NOT NULL,
	ending_balance INTEGER,
	amount_due INTEGER NOT NULL,
	amount_paid INTEGER NOT NULL,
	amount_paid_out_of_band INTEGER NOT NULL,
	amount_remaining INTEGER NOT NULL,
	amount_overpaid INTEGER NOT NULL,
	amount_forgiven INTEGER NOT NULL,
	pre_payment_credit_notes_amount INTEGER NOT NULL,
	post_payment_credit_notes_amount INTEGER NOT NULL,
	attached_open_count INTEGER NOT NULL,
	attached_paid_count INTEGER NOT NULL,
	default_payment_method_id TEXT,
	payment_method_types TEXT,
	hosted_token TEXT,
	last_finalization_error TEXT,
	calculation TEXT NOT NULL,
	from_invoice_id TEXT,
	latest_revision_id TEXT,
	rendering_template_id TEXT,
	rendering_template_version INTEGER,
	page_size TEXT,
	amount_tax_display TEXT,
	test_clock_id TEXT,
	expires_at TEXT,
	payment_attempt_id TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (status = 'DRAFT' OR status = 'OPEN' OR status = 'PAID' OR status = 'UNCOLLECTIBLE' OR status = 'VOID'),
	CHECK (collection_method = 'CHARGE_AUTOMATICALLY' OR collection_method = 'SEND_INVOICE'),
	CHECK (billing_reason = 'MANUAL' OR billing_reason = 'UPCOMING'),
	CHECK (uncollectible_reason = 'USER_FORGIVEN' OR uncollectible_reason = 'MAX_PAYMENT_ATTEMPTS'),
	CHECK (page_size = 'A4' OR page_size = 'LETTER' OR page_size = 'AUTO'),
	CHECK (amount_tax_display = 'EXCLUDE_TAX' OR amount_tax_display = 'INCLUDE_INCLUSIVE_TAX'),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (amount_due >= 0 AND amount_paid >= 0 AND amount_paid_out_of_band >= 0 AND amount_remaining >= 0 AND amount_overpaid >= 0 AND amount_forgiven >= 0 AND amount_paid <= amount_due AND amount_paid_out_of_band <= amount_paid),
	CHECK ((status = 'DRAFT') = (finalized_at IS NULL)),
	CHECK (status = 'DRAFT' OR number IS NOT NULL),
	CHECK (status <> 'PAID' OR amount_remaining = 0),
	CHECK ((expires_at IS NULL) = (billing_reason <> 'UPCOMING')),
	CHECK (pre_payment_credit_notes_amount >= 0 AND post_payment_credit_notes_amount >= 0),
	CHECK (attached_open_count >= 0 AND attached_paid_count >= 0),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id),
	FOREIGN KEY(account_id, from_invoice_id) REFERENCES invoice (account_id, id)
)
 STRICT
;
CREATE TABLE payment_intent (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	customer_id TEXT NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	status TEXT NOT NULL,
	payment_method_id TEXT,
	succeeded_at TEXT,
	canceled_at TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (status = 'REQUIRES_PAYMENT_METHOD' OR status = 'REQUIRES_ACTION' OR status = 'SUCCEEDED' OR status = 'CANCELED'),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (amount > 0),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id)
)
 STRICT
;
CREATE TABLE payment_method (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	customer_id TEXT,
	type TEXT NOT NULL,
	outcome TEXT NOT NULL,
	decline_code TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (outcome = 'SUCCEEDS' OR outcome = 'DECLINES' OR outcome = 'REQUIRES_ACTION'),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id)
)
 STRICT
;
CREATE TABLE payment_record (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	customer_id TEXT NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	reference TEXT,
	received_at TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (amount > 0),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id)
)
 STRICT
;
CREATE TABLE promotion_code (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	code TEXT NOT NULL,
	code_key TEXT,
	coupon_id TEXT NOT NULL,
	active INTEGER NOT NULL,
	customer_id TEXT,
	expires_at TEXT,
	max_redemptions INTEGER,
	times_redeemed INTEGER NOT NULL,
	first_time_transaction INTEGER NOT NULL,
	minimum_amount INTEGER,
	minimum_amount_currency TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id),
	CHECK (times_redeemed >= 0),
	CHECK ((minimum_amount IS NULL) = (minimum_amount_currency IS NULL))
)
 STRICT
;
CREATE TABLE credit_note (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	invoice_id TEXT NOT NULL,
	customer_id TEXT NOT NULL,
	number TEXT NOT NULL,
	currency TEXT NOT NULL,
	status TEXT NOT NULL,
	voided_at TEXT,
	type TEXT NOT NULL,
	reason TEXT,
	memo TEXT,
	effective_at TEXT NOT NULL,
	subtotal INTEGER NOT NULL,
	subtotal_excluding_tax INTEGER NOT NULL,
	discount_amount INTEGER NOT NULL,
	discount_amounts TEXT NOT NULL,
	total_taxes TEXT NOT NULL,
	total INTEGER NOT NULL,
	total_excluding_tax INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	amount_shipping INTEGER NOT NULL,
	pre_payment_amount INTEGER NOT NULL,
	post_payment_amount INTEGER NOT NULL,
	credit_amount INTEGER NOT NULL,
	refund_amount INTEGER NOT NULL,
	out_of_band_amount INTEGER NOT NULL,
	balance_transaction_id TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (status = 'ISSUED' OR status = 'VOID'),
	CHECK (type = 'PRE_PAYMENT' OR type = 'POST_PAYMENT' OR type = 'MIXED'),
	CHECK (reason = 'DUPLICATE' OR reason = 'FRAUDULENT' OR reason = 'ORDER_CHANGE' OR reason = 'PRODUCT_UNSATISFACTORY'),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (amount > 0 AND amount = total AND pre_payment_amount >= 0 AND post_payment_amount >= 0),
	CHECK (pre_payment_amount + post_payment_amount = amount),
	CHECK (credit_amount >= 0 AND refund_amount >= 0 AND out_of_band_amount >= 0),
	CHECK (credit_amount + refund_amount + out_of_band_amount = post_payment_amount),
	CHECK ((status = 'VOID') = (voided_at IS NOT NULL)),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id)
)
 STRICT
;
CREATE TABLE invoice_item (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	description TEXT,
	quantity_decimal TEXT NOT NULL,
	unit_amount_decimal TEXT,
	period_start_at TEXT NOT NULL,
	period_end_at TEXT NOT NULL,
	discountable INTEGER NOT NULL,
	details TEXT NOT NULL,
	price_id TEXT,
	product_id TEXT,
	tax_rate_ids TEXT NOT NULL,
	discount_ids TEXT NOT NULL,
	version INTEGER NOT NULL,
	customer_id TEXT NOT NULL,
	invoice_id TEXT,
	was_pending INTEGER NOT NULL,
	test_clock_id TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (period_end_at >= period_start_at),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id)
)
 STRICT
;
CREATE TABLE invoice_label (
	account_id TEXT NOT NULL,
	invoice_id TEXT NOT NULL,
	"key" TEXT NOT NULL,
	value TEXT NOT NULL,
	value_key TEXT NOT NULL,
	PRIMARY KEY (account_id, invoice_id, "key"),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id) ON DELETE CASCADE
)
 STRICT
;
CREATE TABLE invoice_payment (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	invoice_id TEXT NOT NULL,
	amount_requested INTEGER NOT NULL,
	amount_paid INTEGER,
	currency TEXT NOT NULL,
	is_default INTEGER NOT NULL,
	payment_type TEXT NOT NULL,
	payment_reference TEXT NOT NULL,
	status TEXT NOT NULL,
	paid_at TEXT,
	canceled_at TEXT,
	PRIMARY KEY (account_id, id),
	CHECK (status = 'OPEN' OR status = 'PAID' OR status = 'CANCELED'),
	CHECK (payment_type = 'PAYMENT_INTENT' OR payment_type = 'PAYMENT_RECORD'),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (amount_requested >= 0 AND (amount_paid IS NULL) = (status <> 'PAID')),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id)
)
 STRICT
;
CREATE TABLE payment_attempt (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	invoice_id TEXT NOT NULL,
	payment_method_id TEXT NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	off_session INTEGER NOT NULL,
	automatic INTEGER NOT NULL,
	forgive INTEGER NOT NULL,
	operation_id TEXT NOT NULL,
	idempotency_key TEXT,
	leased_until TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (amount > 0),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id)
)
 STRICT
;
CREATE TABLE balance_transaction (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	customer_id TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	ending_balance INTEGER NOT NULL,
	type TEXT NOT NULL,
	description TEXT,
	invoice_id TEXT,
	credit_note_id TEXT,
	details TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (type = 'INITIAL' OR type = 'ADJUSTMENT' OR type = 'APPLIED_TO_INVOICE' OR type = 'UNAPPLIED_FROM_INVOICE' OR type = 'INVOICE_TOO_SMALL' OR type = 'INVOICE_OVERPAID' OR type = 'CREDIT_NOTE'),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id),
	FOREIGN KEY(account_id, credit_note_id) REFERENCES credit_note (account_id, id)
)
 STRICT
;
CREATE TABLE credit_note_line (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	credit_note_id TEXT NOT NULL,
	position INTEGER NOT NULL,
	type TEXT NOT NULL,
	line_item_id TEXT,
	description TEXT,
	quantity_decimal TEXT,
	unit_amount_decimal TEXT,
	amount INTEGER NOT NULL,
	discount_amount INTEGER NOT NULL,
	discount_amounts TEXT NOT NULL,
	taxes TEXT NOT NULL,
	tax_rate_ids TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (type = 'INVOICE_LINE_ITEM' OR type = 'CUSTOM_LINE_ITEM'),
	CHECK ((type = 'INVOICE_LINE_ITEM') = (line_item_id IS NOT NULL)),
	FOREIGN KEY(account_id, credit_note_id) REFERENCES credit_note (account_id, id)
)
 STRICT
;
CREATE TABLE discount (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	name TEXT,
	percent_off TEXT,
	amount_off INTEGER,
	currency TEXT,
	currency_options TEXT NOT NULL,
	product_ids TEXT,
	coupon_id TEXT NOT NULL,
	promotion_code_id TEXT,
	customer_id TEXT,
	invoice_id TEXT,
	invoice_item_id TEXT,
	position INTEGER NOT NULL,
	start_at TEXT NOT NULL,
	end_at TEXT,
	PRIMARY KEY (account_id, id),
	CHECK ((percent_off IS NULL) <> (amount_off IS NULL) AND (amount_off IS NULL) = (currency IS NULL)),
	CHECK (invoice_id IS NULL OR invoice_item_id IS NULL),
	FOREIGN KEY(account_id, customer_id) REFERENCES customer (account_id, id),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id),
	FOREIGN KEY(account_id, invoice_item_id) REFERENCES invoice_item (account_id, id)
)
 STRICT
;
CREATE TABLE line_item (
	account_id TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at TEXT NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	description TEXT,
	quantity_decimal TEXT NOT NULL,
	unit_amount_decimal TEXT,
	period_start_at TEXT NOT NULL,
	period_end_at TEXT NOT NULL,
	discountable INTEGER NOT NULL,
	details TEXT NOT NULL,
	price_id TEXT,
	product_id TEXT,
	tax_rate_ids TEXT NOT NULL,
	discount_ids TEXT NOT NULL,
	invoice_id TEXT NOT NULL,
	invoice_item_id TEXT,
	position INTEGER NOT NULL,
	description_key TEXT,
	subtotal INTEGER NOT NULL,
	tax_amounts TEXT NOT NULL,
	discount_amounts TEXT NOT NULL,
	taxes TEXT NOT NULL,
	PRIMARY KEY (account_id, id),
	CHECK (currency = 'bif' OR currency = 'clp' OR currency = 'djf' OR currency = 'gnf' OR currency = 'jpy' OR currency = 'kmf' OR currency = 'krw' OR currency = 'mga' OR currency = 'pyg' OR currency = 'rwf' OR currency = 'vnd' OR currency = 'vuv' OR currency = 'xaf' OR currency = 'xof' OR currency = 'xpf' OR currency = 'bhd' OR currency = 'jod' OR currency = 'kwd' OR currency = 'omr' OR currency = 'tnd' OR currency = 'isk' OR currency = 'ugx' OR currency = 'aed' OR currency = 'afn' OR currency = 'all' OR currency = 'amd' OR currency = 'ang' OR currency = 'aoa' OR currency = 'ars' OR currency = 'aud' OR currency = 'awg' OR currency = 'azn' OR currency = 'bam' OR currency = 'bbd' OR currency = 'bdt' OR currency = 'bgn' OR currency = 'bmd' OR currency = 'bnd' OR currency = 'bob' OR currency = 'brl' OR currency = 'bsd' OR currency = 'bwp' OR currency = 'byn' OR currency = 'bzd' OR currency = 'cad' OR currency = 'cdf' OR currency = 'chf' OR currency = 'cny' OR currency = 'cop' OR currency = 'crc' OR currency = 'cve' OR currency = 'czk' OR currency = 'dkk' OR currency = 'dop' OR currency = 'dzd' OR currency = 'egp' OR currency = 'etb' OR currency = 'eur' OR currency = 'fjd' OR currency = 'fkp' OR currency = 'gbp' OR currency = 'gel' OR currency = 'gip' OR currency = 'gmd' OR currency = 'gtq' OR currency = 'gyd' OR currency = 'hkd' OR currency = 'hnl' OR currency = 'htg' OR currency = 'huf' OR currency = 'idr' OR currency = 'ils' OR currency = 'inr' OR currency = 'jmd' OR currency = 'kes' OR currency = 'kgs' OR currency = 'khr' OR currency = 'kyd' OR currency = 'kzt' OR currency = 'lak' OR currency = 'lbp' OR currency = 'lkr' OR currency = 'lrd' OR currency = 'lsl' OR currency = 'mad' OR currency = 'mdl' OR currency = 'mkd' OR currency = 'mmk' OR currency = 'mnt' OR currency = 'mop' OR currency = 'mru' OR currency = 'mur' OR currency = 'mvr' OR currency = 'mwk' OR currency = 'mxn' OR currency = 'myr' OR currency = 'mzn' OR currency = 'nad' OR currency = 'ngn' OR currency = 'nio' OR currency = 'nok' OR currency = 'npr' OR currency = 'nzd' OR currency = 'pab' OR currency = 'pen' OR currency = 'pgk' OR currency = 'php' OR currency = 'pkr' OR currency = 'pln' OR currency = 'qar' OR currency = 'ron' OR currency = 'rsd' OR currency = 'rub' OR currency = 'sar' OR currency = 'sbd' OR currency = 'scr' OR currency = 'sek' OR currency = 'sgd' OR currency = 'shp' OR currency = 'sle' OR currency = 'sos' OR currency = 'srd' OR currency = 'stn' OR currency = 'szl' OR currency = 'thb' OR currency = 'tjs' OR currency = 'top' OR currency = 'try' OR currency = 'ttd' OR currency = 'twd' OR currency = 'tzs' OR currency = 'uah' OR currency = 'usd' OR currency = 'uyu' OR currency = 'uzs' OR currency = 'wst' OR currency = 'xcd' OR currency = 'xcg' OR currency = 'yer' OR currency = 'zar' OR currency = 'zmw'),
	CHECK (period_end_at >= period_start_at AND position > 0),
	FOREIGN KEY(account_id, invoice_id) REFERENCES invoice (account_id, id),
	FOREIGN KEY(account_id, invoice_item_id) REFERENCES invoice_item (account_id, id)
)
 STRICT
;
CREATE UNIQUE INDEX api_key_by_digest ON api_key (digest);
CREATE INDEX coupon_by_creation ON coupon (account_id, created_at, id);
CREATE UNIQUE INDEX coupon_code ON coupon (account_id, code);
CREATE INDEX event_by_customer ON event (account_id, customer_id, sequence);
CREATE INDEX event_by_invoice ON event (account_id, invoice_id, sequence);
CREATE INDEX event_by_operation ON event (account_id, operation_id, sequence);
CREATE UNIQUE INDEX event_id ON event (account_id, id);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
CREATE INDEX product_by_creation ON product (account_id, created_at, id);
CREATE INDEX rendering_template_by_creation ON rendering_template (account_id, created_at, id);
CREATE INDEX tax_rate_by_creation ON tax_rate (account_id, created_at, id);
CREATE INDEX test_clock_by_creation ON test_clock (account_id, created_at, id);
CREATE INDEX test_clock_by_lease ON test_clock (leased_until);
CREATE INDEX customer_by_creation ON customer (account_id, created_at, id, test_clock_id);
CREATE INDEX customer_by_email ON customer (account_id, email_key);
CREATE UNIQUE INDEX customer_prefix ON customer (account_id, invoice_prefix);
CREATE INDEX price_by_creation ON price (account_id, created_at, id);
CREATE INDEX price_by_product ON price (account_id, product_id, created_at, id);
CREATE UNIQUE INDEX price_lookup_key ON price (account_id, lookup_key);
CREATE INDEX invoice_by_amount_due ON invoice (account_id, amount_due, id);
CREATE INDEX invoice_by_amount_remaining ON invoice (account_id, amount_remaining, id);
CREATE INDEX invoice_by_creation ON invoice (account_id, created_at, id, expires_at, test_clock_id);
CREATE INDEX invoice_by_customer ON invoice (account_id, customer_id, created_at, id, expires_at, test_clock_id);
CREATE INDEX invoice_by_due ON invoice (account_id, due_at, id);
CREATE INDEX invoice_by_effect ON invoice (account_id, effective_at, id);
CREATE INDEX invoice_by_number_words ON invoice (account_id, number_words, number_key, id);
CREATE INDEX invoice_by_origin ON invoice (account_id, from_invoice_id);
CREATE INDEX invoice_by_sequence ON invoice (account_id, number_prefix, number_sequence, status);
CREATE INDEX invoice_by_status ON invoice (account_id, status, created_at, id, expires_at, test_clock_id);
CREATE UNIQUE INDEX invoice_by_token ON invoice (hosted_token);
CREATE INDEX invoice_by_total ON invoice (account_id, total, id);
CREATE UNIQUE INDEX invoice_number ON invoice (account_id, number);
CREATE INDEX invoice_waiting_automatically_finalizes_at ON invoice (automatically_finalizes_at) WHERE automatically_finalizes_at IS NOT NULL;
CREATE INDEX invoice_waiting_expires_at ON invoice (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX invoice_waiting_next_payment_attempt_at ON invoice (next_payment_attempt_at) WHERE next_payment_attempt_at IS NOT NULL;
CREATE INDEX invoice_waiting_overdue_at ON invoice (overdue_at) WHERE overdue_at IS NOT NULL;
CREATE INDEX invoice_waiting_will_be_due_at ON invoice (will_be_due_at) WHERE will_be_due_at IS NOT NULL;
CREATE INDEX payment_intent_by_creation ON payment_intent (account_id, created_at, id);
CREATE INDEX payment_record_by_creation ON payment_record (account_id, created_at, id);
CREATE INDEX promotion_code_by_code ON promotion_code (account_id, code_key);
CREATE INDEX promotion_code_by_coupon ON promotion_code (account_id, coupon_id);
CREATE INDEX promotion_code_by_creation ON promotion_code (account_id, created_at, id);
CREATE INDEX credit_note_by_creation ON credit_note (account_id, created_at, id);
CREATE INDEX credit_note_by_customer ON credit_note (account_id, customer_id, created_at, id);
CREATE INDEX credit_note_by_invoice ON credit_note (account_id, invoice_id, created_at, id);
CREATE UNIQUE INDEX credit_note_number ON credit_note (account_id, number);
CREATE INDEX invoice_item_by_creation ON invoice_item (account_id, created_at, id, test_clock_id);
CREATE INDEX invoice_item_by_customer ON invoice_item (account_id, customer_id, created_at, id);
CREATE INDEX invoice_item_by_invoice ON invoice_item (account_id, invoice_id);
CREATE INDEX invoice_label_by_value ON invoice_label (account_id, "key", value_key, invoice_id);
CREATE INDEX invoice_payment_by_creation ON invoice_payment (account_id, created_at, id);
CREATE INDEX invoice_payment_by_invoice ON invoice_payment (account_id, invoice_id, created_at, id);
CREATE UNIQUE INDEX invoice_payment_reference ON invoice_payment (account_id, payment_reference);
CREATE INDEX payment_attempt_by_lease ON payment_attempt (leased_until);
CREATE UNIQUE INDEX balance_transaction_by_customer ON balance_transaction (account_id, customer_id, currency, sequence);
CREATE INDEX balance_transaction_by_invoice ON balance_transaction (account_id, invoice_id);
CREATE INDEX credit_note_line_by_line ON credit_note_line (account_id, line_item_id);
CREATE UNIQUE INDEX credit_note_line_position ON credit_note_line (account_id, credit_note_id, position);
CREATE INDEX discount_by_customer ON discount (account_id, customer_id);
CREATE INDEX discount_by_invoice ON discount (account_id, invoice_id, position);
CREATE INDEX discount_by_item ON discount (account_id, invoice_item_id, position);
CREATE UNIQUE INDEX line_item_by_item ON line_item (account_id, invoice_item_id);
CREATE UNIQUE INDEX line_item_position ON line_item (account_id, invoice_id, position);
PRAGMA user_version = 3;

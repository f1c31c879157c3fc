-- The shape of revision 0002, upgraded from 0001, with the same invented rows.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE alerts (
	id TEXT NOT NULL, 
	owner TEXT DEFAULT '' NOT NULL, 
	map TEXT DEFAULT '' NOT NULL, 
	night DATE NOT NULL, 
	state TEXT DEFAULT '' NOT NULL, 
	payload TEXT NOT NULL, 
	claimed_by TEXT DEFAULT '' NOT NULL, 
	claimed_until DATETIME, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	next_try DATETIME NOT NULL, 
	last_error TEXT DEFAULT '' NOT NULL, 
	queued_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT uq_alerts_owner_map_night UNIQUE (owner, map, night)
);
INSERT INTO "alerts" VALUES('a-1','ann','bikes','2026-03-10','queued','{"id":"a-1","owner":{"id":"ann","name":"Ann","email":"ann@house.test","department":"product"},"night":"2026-03-10","items":[{"pain_point_id":"pp-1","name":"the cover drips","stage":"use","touchpoint":"rain_cover","emergence":{"pain_point_id":"pp-1","night":"2026-03-10","kind":"new","people":5,"expected":0.5,"low":0.1,"high":1.5,"surprise":3.25,"sentence":"new on 2026-03-10"},"quotes":[{"document_id":"d1","text":"secret words of d1","source":"yard","url":"https://yard.test/1","created_at":"2026-03-10T12:00:00+00:00","likes":3,"person":"p-d1"}],"trend":[0,1,4]}],"not_seen":["board down"]}','',NULL,0,'2026-03-10 02:00:00.000000','','2026-03-10 02:00:00.000000',NULL);
CREATE TABLE apart (
	signal_id TEXT NOT NULL, 
	pain_point_id TEXT NOT NULL, 
	CONSTRAINT pk_apart PRIMARY KEY (signal_id, pain_point_id), 
	CONSTRAINT fk_apart_pain_point_id_pain_points FOREIGN KEY(pain_point_id) REFERENCES pain_points (id) ON DELETE CASCADE, 
	CONSTRAINT fk_apart_signal_id_signals FOREIGN KEY(signal_id) REFERENCES signals (id) ON DELETE CASCADE
);
CREATE TABLE crawls (
	source TEXT NOT NULL, 
	night DATE NOT NULL, 
	state TEXT DEFAULT '' NOT NULL, 
	seen BIGINT DEFAULT '0' NOT NULL, 
	new BIGINT DEFAULT '0' NOT NULL, 
	changed BIGINT DEFAULT '0' NOT NULL, 
	seconds FLOAT DEFAULT '0' NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	warnings TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_crawls PRIMARY KEY (source, night)
);
INSERT INTO "crawls" VALUES('yard','2026-03-10','done',3,3,0,1.5,'','[]');
CREATE TABLE document_bands (
	document_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	band TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_document_bands PRIMARY KEY (document_id, position), 
	CONSTRAINT fk_document_bands_document_id_documents FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE
);
INSERT INTO "document_bands" VALUES('d1',0,'b:words of d1');
INSERT INTO "document_bands" VALUES('d1',1,'b2');
INSERT INTO "document_bands" VALUES('d2',0,'b:words of d2');
INSERT INTO "document_bands" VALUES('d2',1,'b2');
INSERT INTO "document_bands" VALUES('d3',0,'b:third words');
INSERT INTO "document_bands" VALUES('d3',1,'b2');
CREATE TABLE documents (
	id TEXT NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	native_id TEXT DEFAULT '' NOT NULL, 
	kind TEXT DEFAULT '' NOT NULL, 
	inside BOOLEAN NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	person TEXT DEFAULT '' NOT NULL, 
	created_at DATETIME NOT NULL, 
	first_seen DATETIME NOT NULL, 
	date_from TEXT DEFAULT '' NOT NULL, 
	url TEXT DEFAULT '' NOT NULL, 
	thread TEXT DEFAULT '' NOT NULL, 
	reply_to TEXT, 
	likes BIGINT DEFAULT '0' NOT NULL, 
	views BIGINT DEFAULT '0' NOT NULL, 
	metric TEXT, 
	score FLOAT, 
	language TEXT DEFAULT '' NOT NULL, 
	fingerprint TEXT DEFAULT '' NOT NULL, 
	minhash BLOB NOT NULL, 
	near_of TEXT, 
	truncated BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	read_by TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_documents PRIMARY KEY (id)
);
INSERT INTO "documents" VALUES('d1','yard','d1','forum',0,'','words of d1','p-d1','2026-03-10 12:00:00.000000','2026-03-10 02:00:00.000000','page','https://yard.test/d1','',NULL,0,0,NULL,NULL,'en','f:words of d1',X'0001FF',NULL,0,1,'read','reader.v1');
INSERT INTO "documents" VALUES('d2','yard','d2','forum',0,'Rain','words of d2','p-two','2026-03-10 12:00:00.000000','2026-03-10 02:00:00.000000','page','https://yard.test/d2','',NULL,0,0,NULL,NULL,'en','f:words of d2',X'0001FF',NULL,0,1,'read','reader.v1');
INSERT INTO "documents" VALUES('d3','yard','d3','forum',0,'','third words','p-d3','2026-03-10 12:00:00.000000','2026-03-10 02:00:00.000000','page','https://yard.test/d3','',NULL,0,0,NULL,NULL,'','f:third words',X'0001FF',NULL,0,1,'kept','');
CREATE TABLE emergences (
	pain_point_id TEXT NOT NULL, 
	night DATE NOT NULL, 
	kind TEXT NOT NULL, 
	people INTEGER NOT NULL, 
	expected FLOAT NOT NULL, 
	low FLOAT NOT NULL, 
	high FLOAT NOT NULL, 
	surprise FLOAT NOT NULL, 
	sentence TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_emergences PRIMARY KEY (pain_point_id, night, kind), 
	CONSTRAINT fk_emergences_pain_point_id_pain_points FOREIGN KEY(pain_point_id) REFERENCES pain_points (id) ON DELETE CASCADE
);
INSERT INTO "emergences" VALUES('pp-1','2026-03-10','new',5,0.5,0.1,1.5,3.25,'new on 2026-03-10');
CREATE TABLE forgotten (
	person TEXT NOT NULL, 
	source TEXT NOT NULL, 
	CONSTRAINT pk_forgotten PRIMARY KEY (person, source)
);
CREATE TABLE leases (
	name TEXT NOT NULL, 
	holder TEXT DEFAULT '' NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE ledger (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	who TEXT DEFAULT '' NOT NULL, 
	what TEXT DEFAULT '' NOT NULL, 
	pain_point_id TEXT DEFAULT '' NOT NULL, 
	other_id TEXT DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT uq_ledger_key UNIQUE ("key")
);
INSERT INTO "ledger" VALUES(1,'f88f51b4fc0a544dc78fc47a','2026-03-10 02:00:00.000000','listening','born','pp-1','','','');
INSERT INTO "ledger" VALUES(2,'9d3d7b0bea24b7550d959526','2026-03-10 02:00:00.000000','listening','assigned','pp-1','','','');
CREATE TABLE memberships (
	signal_id TEXT NOT NULL, 
	pain_point_id TEXT DEFAULT '' NOT NULL, 
	night DATE NOT NULL, 
	score FLOAT NOT NULL, 
	CONSTRAINT pk_memberships PRIMARY KEY (signal_id), 
	CONSTRAINT fk_memberships_pain_point_id_pain_points FOREIGN KEY(pain_point_id) REFERENCES pain_points (id) ON DELETE CASCADE, 
	CONSTRAINT fk_memberships_signal_id_signals FOREIGN KEY(signal_id) REFERENCES signals (id) ON DELETE CASCADE
);
INSERT INTO "memberships" VALUES('s-d1-0','pp-1','2026-03-10',0.9);
INSERT INTO "memberships" VALUES('s-d2-0','pp-1','2026-03-10',0.9);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
CREATE TABLE nights (
	date DATE NOT NULL, 
	state TEXT DEFAULT '' NOT NULL, 
	started DATETIME NOT NULL, 
	finished DATETIME, 
	note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_nights PRIMARY KEY (date)
);
INSERT INTO "nights" VALUES('2026-03-10','done','2026-03-10 02:00:00.000000','2026-03-10 02:00:00.000000','');
CREATE TABLE pain_points (
	id TEXT NOT NULL, 
	map TEXT DEFAULT '' NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	named_by TEXT DEFAULT '' NOT NULL, 
	stage TEXT DEFAULT '' NOT NULL, 
	touchpoint TEXT, 
	status TEXT DEFAULT '' NOT NULL, 
	born DATE NOT NULL, 
	last_seen DATE NOT NULL, 
	centroid BLOB NOT NULL, 
	size BIGINT DEFAULT '0' NOT NULL, 
	people BIGINT DEFAULT '0' NOT NULL, 
	owner TEXT DEFAULT '' NOT NULL, 
	department TEXT DEFAULT '' NOT NULL, 
	importance INTEGER, 
	cost INTEGER, 
	ease INTEGER, 
	muted_until DATE, 
	resolved_on DATE, 
	merged_into TEXT, 
	words TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_pain_points PRIMARY KEY (id)
);
INSERT INTO "pain_points" VALUES('pp-1','bikes','the cover drips','','use','rain_cover','open','2026-03-10','2026-03-10',X'191EFC3C1A6B31BE1A629A3CF013833E91C827BF6EDF203F07E82EBE95D863BE',2,2,'ann','',NULL,NULL,NULL,NULL,NULL,NULL,'["drips","seam"]');
CREATE TABLE signals (
	id TEXT NOT NULL, 
	document_id TEXT DEFAULT '' NOT NULL, 
	position INTEGER NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	probs TEXT NOT NULL, 
	signals_on TEXT NOT NULL, 
	spans TEXT NOT NULL, 
	pain_label TEXT DEFAULT '' NOT NULL, 
	pain FLOAT NOT NULL, 
	unspoken BOOLEAN NOT NULL, 
	mood FLOAT NOT NULL, 
	stage TEXT DEFAULT '' NOT NULL, 
	touchpoint TEXT, 
	embedding BLOB NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_signals PRIMARY KEY (id), 
	CONSTRAINT fk_signals_document_id_documents FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE
);
INSERT INTO "signals" VALUES('s-d1-0','d1',0,0,9,'passage 0 of d1','{"sentiment":{"negative":0.6,"neutral":0.3,"positive":0.1},"pain":{"none":0.1,"spoken":0.1,"unspoken":0.8},"signals":{"workaround":0.9,"effort":0.2},"stage":{"use":0.7,"none":0.3}}','["workaround"]','[["workaround",0,4]]','unspoken',0.9,1,-0.5,'use','rain_cover',X'522C8AAC8035352B9AB436329A391138','reader.v1');
INSERT INTO "signals" VALUES('s-d2-0','d2',0,0,9,'passage 0 of d2','{"sentiment":{"negative":0.6,"neutral":0.3,"positive":0.1},"pain":{"none":0.1,"spoken":0.1,"unspoken":0.8},"signals":{"workaround":0.9,"effort":0.2},"stage":{"use":0.7,"none":0.3}}','["workaround"]','[["workaround",0,4]]','unspoken',0.9,1,-0.5,'use','rain_cover',X'522C8AAC8035352B9AB436329A391138','reader.v1');
CREATE TABLE sources (
	name TEXT NOT NULL, 
	kind TEXT DEFAULT '' NOT NULL, 
	first_night DATE NOT NULL, 
	cursor TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_sources PRIMARY KEY (name)
);
INSERT INTO "sources" VALUES('yard','forum','2026-03-10','page 2');
CREATE TABLE validators (
	source TEXT NOT NULL, 
	url TEXT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	CONSTRAINT pk_validators PRIMARY KEY (source, url)
);
INSERT INTO "validators" VALUES('yard','https://yard.test/feed','"abc"',NULL);
CREATE INDEX ix_alerts_state_next_try ON alerts (state, next_try);
CREATE INDEX ix_crawls_night ON crawls (night);
CREATE INDEX ix_documents_created_at_source_inside_near_of ON documents (created_at, source, inside, near_of);
CREATE INDEX ix_documents_near_of ON documents (near_of);
CREATE INDEX ix_documents_person ON documents (person);
CREATE INDEX ix_documents_read_by_id ON documents (read_by, id);
CREATE INDEX ix_documents_state_created_at_id ON documents (state, created_at, id);
CREATE INDEX ix_ledger_other_id ON ledger (other_id);
CREATE INDEX ix_ledger_pain_point_id ON ledger (pain_point_id);
CREATE INDEX ix_pain_points_map_status ON pain_points (map, status);
CREATE INDEX ix_document_bands_band ON document_bands (band);
CREATE INDEX ix_emergences_night ON emergences (night);
CREATE INDEX ix_signals_document_id ON signals (document_id);
CREATE INDEX ix_signals_pain ON signals (pain);
CREATE INDEX ix_signals_pain_label ON signals (pain_label);
CREATE INDEX ix_apart_pain_point_id ON apart (pain_point_id);
CREATE INDEX ix_memberships_pain_point_id ON memberships (pain_point_id);
CREATE INDEX ix_documents_thread ON documents (thread);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ledger',2);
COMMIT;

// Documents that change, layers, entities and their facts; what searches and counts ask of a reading.
CREATE CONSTRAINT runtime_name IF NOT EXISTS FOR (n:Runtime) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT fact_id IF NOT EXISTS FOR (n:Fact) REQUIRE n.id IS UNIQUE;
CREATE INDEX reference_result_document IF NOT EXISTS FOR (n:ReferenceResult) ON (n.document);
CREATE INDEX reference_result_path IF NOT EXISTS FOR (n:ReferenceResult) ON (n.path);
// Results that came before: the locator is JSON with sorted keys.
MATCH (r:ReferenceResult {kind: 'cell'}) WHERE r.document IS NULL
SET r.document = split(split(r.locator, '"document_hash": "')[1], '"')[0],
    r.path = split(split(r.locator, '"path": "')[1], '"')[0];
MATCH (i:Interpretation)-[:ON_MODEL]->(:Model)-[:OF_FAMILY]->(f:ModelFamily) WHERE i.family IS NULL
SET i.family = f.name;
MATCH (i:Interpretation)-[:ON_DATASET]->(:Dataset)-[:IN_DOMAIN]->(d:Domain) WHERE i.domain IS NULL
SET i.domain = d.name;
MATCH (i:Interpretation)-[:ON_DATASET]->(:Dataset)-[:FOR_TASK]->(t:Task) WHERE i.task IS NULL
SET i.task = t.name;
MATCH (i:Interpretation)-[:ON_HARDWARE]->(h:Hardware) WHERE i.hardware IS NULL
SET i.hardware = h.name;
MATCH (i:Interpretation)-[:OF_STRATEGY]->(:Strategy)-[:HAS_METHOD]->(:CompressionMethod)-[:OF_TYPE]->(t:CompressionType)
WHERE i.types IS NULL
WITH i, collect(DISTINCT t.name) AS types
SET i.types = types;
MATCH (r:ReferenceResult)-[:HAS_REVIEW]->(v:Review) WHERE r.curators IS NULL
WITH r, collect(DISTINCT v.curator) AS curators
SET r.curators = curators

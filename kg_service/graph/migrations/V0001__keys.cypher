// Every label has one unique key. Statements are separated by semicolons, run one by one, and may
// run twice: a server that dies in between leaves the rest to the next.
CREATE CONSTRAINT domain_name IF NOT EXISTS FOR (n:Domain) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT task_name IF NOT EXISTS FOR (n:Task) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT application_area_name IF NOT EXISTS FOR (n:ApplicationArea) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT compression_type_name IF NOT EXISTS FOR (n:CompressionType) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT compression_method_label IF NOT EXISTS FOR (n:CompressionMethod) REQUIRE n.label IS UNIQUE;
CREATE CONSTRAINT technique_name IF NOT EXISTS FOR (n:Technique) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT hyperparameter_id IF NOT EXISTS FOR (n:Hyperparameter) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT setting_id IF NOT EXISTS FOR (n:Setting) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT strategy_id IF NOT EXISTS FOR (n:Strategy) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT step_id IF NOT EXISTS FOR (n:Step) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT hardware_name IF NOT EXISTS FOR (n:Hardware) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT metric_name IF NOT EXISTS FOR (n:Metric) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT model_name IF NOT EXISTS FOR (n:Model) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT model_family_name IF NOT EXISTS FOR (n:ModelFamily) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT model_profile_id IF NOT EXISTS FOR (n:ModelProfile) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT dataset_name IF NOT EXISTS FOR (n:Dataset) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT dataset_profile_id IF NOT EXISTS FOR (n:DatasetProfile) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT reference_result_id IF NOT EXISTS FOR (n:ReferenceResult) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT interpretation_id IF NOT EXISTS FOR (n:Interpretation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT source_id IF NOT EXISTS FOR (n:Source) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT review_id IF NOT EXISTS FOR (n:Review) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT job_id IF NOT EXISTS FOR (n:Job) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT snapshot_version IF NOT EXISTS FOR (n:Snapshot) REQUIRE n.version IS UNIQUE;
CREATE CONSTRAINT migration_version IF NOT EXISTS FOR (n:Migration) REQUIRE n.version IS UNIQUE;
CREATE CONSTRAINT graph_state_id IF NOT EXISTS FOR (n:GraphState) REQUIRE n.id IS UNIQUE;
MERGE (g:GraphState {id: 'graph'}) ON CREATE SET g.revision = 0;

// What searches filter by.
CREATE INDEX reference_result_state IF NOT EXISTS FOR (n:ReferenceResult) ON (n.state);
CREATE INDEX reference_result_revision IF NOT EXISTS FOR (n:ReferenceResult) ON (n.revision);
CREATE INDEX reference_result_job IF NOT EXISTS FOR (n:ReferenceResult) ON (n.job);
CREATE INDEX interpretation_model IF NOT EXISTS FOR (n:Interpretation) ON (n.model);
CREATE INDEX interpretation_dataset IF NOT EXISTS FOR (n:Interpretation) ON (n.dataset);
CREATE INDEX strategy_text IF NOT EXISTS FOR (n:Strategy) ON (n.text);
CREATE INDEX source_name IF NOT EXISTS FOR (n:Source) ON (n.name);

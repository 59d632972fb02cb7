// A changed catalogue may take relations away; they are made anew from it.
MATCH (m:CompressionMethod)-[r:OF_TYPE|HAS_TECHNIQUE|HAS_HYPERPARAMETER|APPLIES_TO|RUNS_ON]->()
DELETE r

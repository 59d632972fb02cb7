MATCH (g:GraphState {id: 'graph'})
SET g.revision = g.revision + 1
RETURN g.revision AS revision

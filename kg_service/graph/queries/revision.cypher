MATCH (g:GraphState {id: 'graph'})
RETURN g.revision AS revision

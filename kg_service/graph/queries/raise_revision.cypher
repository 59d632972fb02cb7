MATCH (g:GraphState {id: 'graph'})
SET g.revision = CASE WHEN g.revision < $floor THEN $floor ELSE g.revision END

// Writers of evidence and catalogue take turns: the node is theirs until they commit.
MATCH (g:GraphState {id: 'graph'})
SET g.writer = $writer
RETURN g.revision AS revision

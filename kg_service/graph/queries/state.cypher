MATCH (g:GraphState {id: 'graph'})
RETURN g.revision AS revision, g.catalogue_version AS catalogue_version, g.loader AS loader

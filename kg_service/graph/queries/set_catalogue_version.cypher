MATCH (g:GraphState {id: 'graph'})
SET g.catalogue_version = $version, g.loader = $loader

// Names between underscores are filled in from the schema.
MATCH (a:__START__)-[r:__TYPE__]->(b:__END__)
RETURN a.__START_KEY__ AS start_key, b.__END_KEY__ AS end_key__KEPT__

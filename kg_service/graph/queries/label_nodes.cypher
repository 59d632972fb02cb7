// Names between underscores are filled in from the schema.
MATCH (n:__LABEL__)
RETURN n{__KEPT__} AS p

// Names without further properties; one statement, since all are equally simple.
FOREACH (name IN $domains | MERGE (:Domain {name: name}))
FOREACH (name IN $areas | MERGE (:ApplicationArea {name: name}))
FOREACH (name IN $types | MERGE (:CompressionType {name: name}))
FOREACH (name IN $techniques | MERGE (:Technique {name: name}))

// Executable methods whose result can run on a device, here the STM32F746G board.
MATCH (m:CompressionMethod {executable: true})-[r:RUNS_ON]->(h:Hardware {name: 'stm32f746g'})
RETURN m.label AS label, m.name AS method, r.precision AS precision, h.ram_bytes AS ram, h.flash_bytes AS flash
ORDER BY label

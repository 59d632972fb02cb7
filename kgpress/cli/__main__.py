from kgpress.cli import main

main()

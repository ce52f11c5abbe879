from sobrio.cli import main

main()

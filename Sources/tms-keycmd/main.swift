import TMSKeyCmd

await KeyCmd.start()

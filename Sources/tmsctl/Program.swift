import TMSCtl

@main
enum Program {
    static func main() async {
        await TMSCtlCommand.start()
    }
}

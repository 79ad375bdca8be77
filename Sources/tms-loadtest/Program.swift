import TMSLoadTest

@main
enum Program {
    static func main() async {
        await TMSLoadTestCommand.start()
    }
}

"""The words that people use for codes: of coded lists, of whether a case is closed, of topics and of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agencies.choices import Stage, Urgency
from cases.choices import Channel, ProceduralStatus, Relation, ReporterType, Sector, Sex

NOTHING = frozenset(
    [
        "-",
        "--",
        "---",
        "_",
        ".",
        "?",
        "/",
        "n/a",
        "na",
        "null",
        "nihil",
        "kosong",
        "tidak ada",
        "tdk ada",
        "tidak diketahui",
        "tdk diketahui",
        "belum ada",
        "belum diketahui",
        "tidak tahu",
        "unknown",
        "none",
        "#n/a",
    ]
)
CODED: Mapping[str, tuple[Any, Mapping[str, str]]] = {
    "sex": (
        Sex,
        {
            "female": "p pr prp perempuan wanita cewek w f fem woman ibu",
            "male": "l lk laki lakilaki lelaki pria cowok m man bapak",
        },
    ),
    "stage": (
        Stage,
        {
            "before": "sebelum praberangkat prapenempatan sebelumberangkat sebelumpenempatan pra calon sebelumbekerja predeparture",
            "during": "selama saat luarnegeri masapenempatan penempatan bekerja diluarnegeri selamabekerja masihdiluarnegeri",
            "after": "setelah sesudah purna pulang pascapenempatan purnapenempatan setelahpulang sesudahpulang setelahbekerja sudahpulang",
        },
    ),
    "procedural_status": (
        ProceduralStatus,
        {
            "procedural": "prosedural resmi legal ya yes y procedural berdokumen sesuaiprosedur",
            "nonprocedural": "nonprosedural unprosedural tidakprosedural ilegal illegal tidak no t n takresmi tidakresmi nonprocedural unprocedural",
            "unknown": "belumjelas",
        },
    ),
    "reporter_type": (
        ReporterType,
        {
            "worker": "pmi pekerja korban sendiri yangbersangkutan ybs klien tki bmi dirisendiri pmisendiri worker",
            "prospective_worker": "cpmi calonpmi calontki calon",
            "family": "keluarga suami istri ayah ibu anak kakak adik orangtua saudara family",
            "lawyer": "pengacara advokat kuasahukum lbh lawyer",
            "organisation": "organisasi lembaga lsm ngo serikat komunitas paralegal organisation organization",
            "officer": "pemerintah petugas dinas kepaladesa pemdes pejabat officer",
        },
    ),
    "reporter_relation": (
        Relation,
        {
            "self": "sendiri dirisendiri ybs yangbersangkutan pmi korban self",
            "spouse": "suami istri isteri pasangan husband wife spouse",
            "child": "anak anakkandung child son daughter",
            "parent": "ayah ibu orangtua bapak ayahkandung ibukandung parent mother father",
            "other_family": "keluarga kakak adik saudara paman bibi sepupu ipar kakek nenek keponakan menantu mertua sister brother",
            "attorney": "kuasa pendamping pengacara kuasahukum teman tetangga attorney friend",
        },
    ),
    "channel": (
        Channel,
        {
            "in_person": "langsung datanglangsung tatapmuka datang kantor walkin",
            "letter": "surat",
            "phone": "telepon telpon telp hotline phone telephone",
            "email": "email surel",
            "social_media": "wa whatsapp medsos mediasosial facebook fb instagram messenger tiktok",
            "sms": "sms",
            "other": "lainnya lain penjangkauan rujukan referral",
        },
    ),
    "sector": (
        Sector,
        {
            "domestic_work": "prt plrt art pekerjarumahtangga asistenrumahtangga pembanturumahtangga domestik rumahtangga penatalaksanarumahtangga pembantu domesticworker housemaid",
            "fishing_crew": "abk abkikan nelayan awakkapalperikanan abkperikanan fisherman",
            "merchant_crew": "pelaut abkniaga awakkapalniaga seafarer",
            "plantation": "perkebunan sawit kebun ladang kelapasawit plantation",
            "construction": "bangunan konstruksi buruhbangunan tukang construction",
            "manufacturing": "pabrik operator manufaktur buruhpabrik kilang factory",
            "care": "perawat caregiver perawatlansia caretaker jagalansia perawatorangtua nurse",
            "online_scam": "scammer admin judol scam judionline onlinescam",
            "other": "lainnya lain other",
        },
    ),
    "urgency": (
        Urgency,
        {
            "emergency": "darurat gawat gawatdarurat emergency kritis",
            "urgent": "mendesak segera urgent tinggi high ya yes y penting",
            "normal": "normal biasa rendah sedang low medium tidak no t n reguler",
        },
    ),
}
CLOSED = frozenset(
    [
        "selesai",
        "tutup",
        "ditutup",
        "kasusselesai",
        "kasusditutup",
        "closed",
        "close",
        "done",
        "tuntas",
        "final",
        "beres",
        "arsip",
        "diarsipkan",
        "selesaiditangani",
        "sudahselesai",
        "resolved",
        "finished",
        "caseclosed",
    ]
)
OPEN = frozenset(
    [
        "proses",
        "dalamproses",
        "open",
        "terbuka",
        "berjalan",
        "sedangberjalan",
        "aktif",
        "active",
        "ongoing",
        "onprocess",
        "onprogress",
        "inprogress",
        "progress",
        "process",
        "belumselesai",
        "belum",
        "pending",
        "ditangani",
        "penanganan",
        "sedangditangani",
        "dalampenanganan",
        "baru",
        "new",
        "monitoring",
        "tindaklanjut",
        "berlanjut",
        "menunggu",
        "sedangdiproses",
        "diproses",
    ]
)
TOPIC_WORDS = (  # in this order: what one takes is not looked at by those behind it
    (
        "KEKERASAN_SEKSUAL",
        "pelecehan seksual|kekerasan seksual|pelecehan|perkosaan|diperkosa|pemerkosaan|pencabulan|dicabuli",
    ),
    ("ONLINE_SCAM", "online scam|penipuan online|penipuan daring|scamming|scam|judi online|judol"),
    ("TPPO", "tppo|perdagangan orang|trafficking|trafiking|perdagangan manusia|human trafficking"),
    ("ANCAMAN_HUKUMAN_MATI", "hukuman mati|vonis mati"),
    (
        "PENAHANAN_DOKUMEN",
        "penahanan paspor|paspor ditahan|penahanan dokumen|dokumen ditahan|paspor disita|ijazah ditahan|tahan paspor",
    ),
    ("PALSU_DOKUMEN", "pemalsuan dokumen|dokumen palsu|pemalsuan|identitas palsu"),
    (
        "GAJI_TIDAK_DIBAYAR",
        "gaji tidak dibayarkan|gaji tidak dibayar|gaji tdk dibayar|gaji ga dibayar|gaji belum dibayar|gaji tak dibayar|gaji ditahan|tidak digaji|tidak dibayar|sisa gaji|tunggakan gaji|unpaid wages|unpaid wage|gaji",
    ),
    ("POTONGAN_GAJI", "potongan gaji|pemotongan gaji|gaji dipotong|potongan|pemotongan"),
    (
        "BIAYA_BERLEBIH",
        "overcharging|over charging|biaya berlebih|biaya penempatan berlebih|kelebihan biaya|biaya tinggi|overcharge",
    ),
    ("GAGAL_BERANGKAT", "gagal berangkat|batal berangkat|tidak diberangkatkan|tidak jadi berangkat"),
    ("PENIPUAN_PELUANG_KERJA", "penipuan peluang kerja|penipuan lowongan|penipuan kerja|penipuan"),
    ("REKRUT_ILEGAL", "perekrutan ilegal|rekrut ilegal|unprosedural|nonprosedural|non prosedural|ilegal"),
    ("JERATAN_UTANG", "jeratan utang|jeratan hutang|jerat utang|terlilit utang|utang|hutang"),
    ("PHK_SEPIHAK", "phk sepihak|phk|pemutusan hubungan kerja|dipecat|diberhentikan|pemecatan"),
    ("KONTRAK_SELESAI", "kontrak selesai|kontrak habis|finish kontrak|tidak dipulangkan"),
    (
        "HILANG_KONTAK",
        "hilang kontak|lost contact|putus komunikasi|putus hubungan komunikasi|putus kontak|tidak bisa dihubungi|hilang komunikasi",
    ),
    ("TELUSUR_KELUARGA", "penelusuran keluarga|mencari keluarga|cari keluarga"),
    ("KABUR_DARI_MAJIKAN", "kabur dari majikan|melarikan diri|kabur|kaburan"),
    (
        "KEKERASAN_MAJIKAN",
        "kekerasan fisik|tindak kekerasan|penganiayaan|dianiaya|penyiksaan|disiksa|dipukul|kekerasan",
    ),
    (
        "TIDAK_SESUAI_PK",
        "tidak sesuai perjanjian|tidak sesuai kontrak|tidak sesuai pk|kerja tidak sesuai|pekerjaan tidak sesuai|pelanggaran kontrak",
    ),
    ("OVERSTAY", "overstay|overstayer|over stay|izin tinggal"),
    ("TIDAK_BERDOKUMEN", "tidak berdokumen|undocumented|tanpa dokumen"),
    ("DEPORTASI", "dideportasi|deportasi|repatriasi"),
    ("TAHANAN", "dalam tahanan|ditahan polisi|dipenjara|penjara|tahanan|ditangkap|kasus hukum"),
    ("MENINGGAL", "meninggal dunia|meninggal|kematian|wafat|jenazah|pemulangan jenazah"),
    ("KECELAKAAN", "kecelakaan kerja|kecelakaan"),
    ("GANGGUAN_JIWA", "gangguan jiwa|depresi|odgj|gangguan mental|stres|stress"),
    ("SAKIT", "sakit|dirawat"),
    ("JAMINAN_SOSIAL", "klaim asuransi|jaminan sosial|asuransi|bpjs|klaim"),
    ("TANPA_ONGKOS_PULANG", "tidak punya ongkos|tanpa ongkos"),
    (
        "PULANG",
        "ingin dipulangkan|ingin pulang|minta pulang|minta dipulangkan|pemulangan|pulang|repatriation",
    ),
    ("KEDARURATAN", "bencana|perang|konflik|evakuasi"),
    ("LAINNYA", "lainnya|lain lain|dan lain lain|dll|other"),
)
OUTCOME_WORDS = (
    ("JENAZAH_DIPULANGKAN", "jenazah"),
    ("SELESAI_SEBAGIAN", "sebagian"),
    (
        "HAK_TERPENUHI",
        "hak terpenuhi|gaji dibayar|gaji dibayarkan|sudah dibayar|hak dibayar|dibayarkan|gaji diterima|hak diterima",
    ),
    ("BIAYA_DIKEMBALIKAN", "biaya dikembalikan|uang dikembalikan|uang kembali|pengembalian"),
    ("KLAIM_CAIR", "klaim cair|asuransi cair|santunan"),
    ("MEDIASI_SEPAKAT", "mediasi|kesepakatan|sepakat|damai|perdamaian"),
    ("PROSES_HUKUM", "proses hukum|polisi|pengadilan|jalur hukum|dilaporkan ke polisi|pidana"),
    ("DILIMPAHKAN", "dilimpahkan|dirujuk|diserahkan|rujukan"),
    ("DUPLIKAT", "duplikat|ganda"),
    ("TIDAK_DAPAT_DIHUBUNGI", "tidak dapat dihubungi|tidak bisa dihubungi|hilang kontak"),
    ("DICABUT", "dicabut|mencabut|ditarik|mengundurkan diri|dibatalkan|batal"),
    ("DOKUMEN_TIDAK_LENGKAP", "dokumen tidak lengkap|berkas tidak lengkap|tidak lengkap"),
    ("TIDAK_ADA_TANGGAPAN", "tidak ada tanggapan|tidak ada kabar|tidak merespon"),
    ("KELUARGA_TERHUBUNG", "sudah kontak|terhubung|ditemukan"),
    ("DIPULANGKAN", "dipulangkan|sudah pulang|pulang|repatriasi"),
)
